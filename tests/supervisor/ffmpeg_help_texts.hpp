#pragma once

#include <string_view>

namespace supervisor::test {

// Cut from what FFmpegs say of themselves: 5.1.9 and 7.1.5 of Debian.

inline constexpr std::string_view full_5_1 = R"(Per-file main options:
-f fmt              force format
-t duration         record or transcode "duration" seconds of audio/video

AVCodecContext AVOptions:
  -b                 <int64>      E..VA...... set bitrate (in bits/s) (from 0 to I64_MAX
  -flags             <flags>      ED.VAS..... (default 0)
  -g                 <int>        E..V....... set the group of picture (GOP) size (from
  -bf                <int>        E..V....... set maximum number of B-frames between non
  -strict            <int>        ED.VA...... how strictly to follow the standards (from
  -maxrate           <int64>      E..VA...... maximum bitrate (in bits/s). Used for VBV
  -bufsize           <int>        E..VA...... set ratecontrol buffer size (in bits) (fro
  -dump_separator    <string>     ED.VAS..... set information dump field separator
libopus AVOptions:
  -fec               <boolean>    E...A...... Enable inband FEC. Expected packet loss mu
  -vbr               <int>        E...A...... Variable bit rate mode (from 0 to 2) (defa
libtwolame encoder AVOptions:
  -mode              <int>        E...A...... Mpeg Mode (from -1 to 3) (default auto)
libx264 AVOptions:
  -preset            <string>     E..V....... Set the encoding preset (cf. x264 --fullhe
  -tune              <string>     E..V....... Tune the encoding params (cf. x264 --fullh
  -profile           <string>     E..V....... Set profile restrictions (cf. x264 --fullh
  -x264-params       <dictionary> E..V....... Override the x264 configuration using a :-
libx265 AVOptions:
  -x265-params       <dictionary> E..V....... set the x265 configuration using a :-separ
AVFormatContext AVOptions:
  -avioflags         <flags>      ED......... (default 0)
  -probesize         <int64>      .D......... set probing size (from 32 to I64_MAX) (def
  -fflags            <flags>      ED......... (default autobsf)
  -max_delay         <int>        ED......... maximum muxing or demuxing delay in micros
  -flush_packets     <int>        E.......... enable flushing of the I/O context after e
  -output_ts_offset  <duration>   E.......... set output timestamp offset (default 0)
  -max_interleave_delta <int64>      E.......... maximum buffering duration for interlea
  -strict            <int>        ED......... how strictly to follow the standards (from
  -avoid_negative_ts <int>        E.......... shift timestamps so they start at 0 (from
  -dump_separator    <string>     ED......... set information dump field separator (defa
  -protocol_whitelist <string>     .D......... List of protocols that are allowed to be
AVIOContext AVOptions:
  -protocol_whitelist <string>     .D......... List of protocols that are allowed to be
URLContext AVOptions:
  -protocol_whitelist <string>     .D......... List of protocols that are allowed to be
http AVOptions:
  -headers           <string>     ED......... set custom HTTP headers, can override buil
  -content_type      <string>     ED......... set a specific content type for the POST m
  -user_agent        <string>     .D......... override User-Agent header (default "Lavf/
  -method            <string>     ED......... Override the HTTP method or set the expect
  -reconnect         <boolean>    .D......... auto reconnect after disconnect before EOF
icecast AVOptions:
  -ice_name          <string>     E.......... set stream description
  -content_type      <string>     E.......... set content-type, MUST be set if not audio
  -legacy_icecast    <boolean>    E.......... use legacy SOURCE method, for Icecast < v2
rtmp AVOptions:
  -rtmp_app          <string>     ED......... Name of application to connect to on the R
  -rtmp_live         <int>        .D......... Specify that the media is a live stream. (
  -listen            <int>        .D......... Listen for incoming rtmp connections (from
  -tcp_nodelay       <int>        ED......... Use TCP_NODELAY to disable Nagle's algorit
rtp AVOptions:
  -ttl               <int>        ED......... Time to live (multicast only) (from -1 to
  -fec               <string>     E.......... FEC
tls AVOptions:
  -ca_file           <string>     ED......... Certificate Authority database file
  -tls_verify        <int>        ED......... Verify the peer certificate (from 0 to 1)
libsrt AVOptions:
  -pkt_size          <int>        ED......... Maximum SRT packet size (from -1 to 1456)
  -passphrase        <string>     ED......... Crypto PBKDF2 Passphrase size[0,10..64] 0:
  -latency           <int64>      ED......... receiver delay (in microseconds) to absorb
  -mode              <int>        ED......... Connection mode (caller, listener, rendezv
  -streamid          <string>     ED......... A string of up to 512 characters that an I
Fifo muxer AVOptions:
  -fifo_format       <string>     E.......... Target muxer
  -queue_size        <int>        E.......... Size of fifo queue (from 1 to INT_MAX) (de
  -format_opts       <dictionary> E.......... Options to be passed to underlying muxer
  -drop_pkts_on_overflow <boolean>    E.......... Drop packets on fifo queue overflow no
  -attempt_recovery  <boolean>    E.......... Attempt recovery in case of failure (defau
  -recovery_wait_time <duration>   E.......... Waiting time between recovery attempts (d
flv muxer AVOptions:
  -flvflags          <flags>      E.......... FLV muxer flags (default 0)
hls muxer AVOptions:
  -hls_time          <duration>   E.......... set segment length (default 2)
  -hls_flags         <flags>      E.......... set flags affecting HLS playlist and media
  -method            <string>     E.......... set the HTTP method(default: PUT)
  -http_persistent   <boolean>    E.......... Use persistent HTTP connections (default f
MP3 muxer AVOptions:
  -id3v2_version     <int>        E.......... Select ID3v2 version to write. Currently 3
  -write_xing        <boolean>    E.......... Write the Xing header containing file dura
MPEGTS muxer AVOptions:
  -mpegts_service_id <int>        E.......... Set service_id field. (from 1 to 65535) (d
  -muxrate           <int>        E.......... (from 0 to INT_MAX) (default 1)
  -pes_payload_size  <int>        E.......... Minimum PES packet payload in bytes (from
  -pcr_period        <int>        E.......... PCR retransmission time in milliseconds (f
RTSP muxer AVOptions:
  -rtpflags          <flags>      E.......... RTP muxer flags (default 0)
  -rtsp_transport    <flags>      ED......... set RTSP transport protocols (default 0)
Tee muxer AVOptions:
  -use_fifo          <boolean>    E.......... Use fifo pseudo-muxer to separate actual m
  -fifo_options      <dictionary> E.......... fifo pseudo-muxer options
SWScaler AVOptions:
  -sws_flags         <flags>      E..V....... scaler flags (default bicubic)
)";

inline constexpr std::string_view codecs_5_1 = R"(Codecs:
 D..... = Decoding supported
 .E.... = Encoding supported
 -------
 DEV.L. flv1                 FLV / Sorenson Spark / Sorenson H.263 (Flash Video) (decoders: flv ) (encoders: flv )
 DEV.LS h264                 H.264 / AVC / MPEG-4 AVC / MPEG-4 part 10 (decoders: h264 h264_v4l2m2m h264_qsv h264_cuvid ) (encoders: libx264 libx264rgb h264_nvenc h264_omx h264_qsv h264_v4l2m2m h264_vaapi )
 DEV.L. hevc                 H.265 / HEVC (High Efficiency Video Coding) (decoders: hevc hevc_qsv hevc_v4l2m2m hevc_cuvid ) (encoders: libx265 hevc_nvenc hevc_qsv hevc_v4l2m2m hevc_vaapi )
 DEV.L. mpeg2video           MPEG-2 video (decoders: mpeg2video mpegvideo mpeg2_v4l2m2m mpeg2_qsv mpeg2_cuvid ) (encoders: mpeg2video mpeg2_qsv mpeg2_vaapi )
 DEV.L. mpeg4                MPEG-4 part 2 (decoders: mpeg4 mpeg4_v4l2m2m mpeg4_cuvid ) (encoders: mpeg4 libxvid mpeg4_omx mpeg4_v4l2m2m )
 DEV..S png                  PNG (Portable Network Graphics) image
 DEV.L. theora               Theora (encoders: libtheora )
 DEV.L. vp8                  On2 VP8 (decoders: vp8 vp8_v4l2m2m libvpx vp8_cuvid vp8_qsv ) (encoders: libvpx vp8_v4l2m2m vp8_vaapi )
 DEV.L. vp9                  Google VP9 (decoders: vp9 vp9_v4l2m2m libvpx-vp9 vp9_cuvid vp9_qsv ) (encoders: libvpx-vp9 vp9_vaapi vp9_qsv )
 DEAIL. aac                  AAC (Advanced Audio Coding) (decoders: aac aac_fixed )
 DEAIL. ac3                  ATSC A/52A (AC-3) (decoders: ac3 ac3_fixed ) (encoders: ac3 ac3_fixed )
 DEAI.S flac                 FLAC (Free Lossless Audio Codec)
 DEAIL. mp2                  MP2 (MPEG audio layer 2) (decoders: mp2 mp2float ) (encoders: mp2 mp2fixed libtwolame )
 DEAIL. mp3                  MP3 (MPEG audio layer 3) (decoders: mp3float mp3 ) (encoders: libmp3lame libshine )
 DEAIL. opus                 Opus (Opus Interactive Audio Codec) (decoders: opus libopus ) (encoders: opus libopus )
 DEAIL. pcm_mulaw            PCM mu-law / G.711 mu-law
 DEAIL. vorbis               Vorbis (decoders: vorbis libvorbis ) (encoders: vorbis libvorbis )
)";

inline constexpr std::string_view full_7_1 = R"(Per-file main options:
-f fmt              force format
-t duration         record or transcode "duration" seconds of audio/video
AVCodecContext AVOptions:
  -b                 <int64>      E..VA...... set bitrate (in bits/s) (from 0 to I64_MAX
  -flags             <flags>      ED.VAS..... (default 0)
  -strict            <int>        ED.VA...... how strictly to follow the standards (from
libtwolame encoder AVOptions:
  -mode              <int>        E...A...... Mpeg Mode (from -1 to 3) (default auto)
libx264 AVOptions:
  -preset            <string>     E..V....... Set the encoding preset (cf. x264 --fullhe
AVFormatContext AVOptions:
  -flush_packets     <int>        E.......... enable flushing of the I/O context after e
  -strict            <int>        ED......... how strictly to follow the standards (from
http AVOptions:
  -user_agent        <string>     .D......... override User-Agent header (default "Lavf/
icecast AVOptions:
  -ice_name          <string>     E.......... set stream description
libsrt AVOptions:
  -mode              <int>        ED......... Connection mode (caller, listener, rendezv
flv muxer AVOptions:
  -flvflags          <flags>      E.......... FLV muxer flags (default 0)
MPEGTS muxer AVOptions:
  -muxrate           <int>        E.......... (from 0 to INT_MAX) (default 1)
SWScaler AVOptions:
  -sws_flags         <flags>      E..V....... scaler flags (default bicubic)
)";

inline constexpr std::string_view codecs_7_1 = R"(Codecs:
 D..... = Decoding supported
 .E.... = Encoding supported
 -------
 DEV.L. flv1                 FLV / Sorenson Spark / Sorenson H.263 (Flash Video) (decoders: flv) (encoders: flv)
 DEV.LS h264                 H.264 / AVC / MPEG-4 AVC / MPEG-4 part 10 (decoders: h264 h264_v4l2m2m h264_qsv h264_cuvid) (encoders: libx264 libx264rgb h264_nvenc h264_qsv h264_v4l2m2m h264_vaapi h264_vulkan)
 DEV.L. hevc                 H.265 / HEVC (High Efficiency Video Coding) (decoders: hevc hevc_qsv hevc_v4l2m2m hevc_cuvid) (encoders: libx265 hevc_nvenc hevc_qsv hevc_v4l2m2m hevc_vaapi hevc_vulkan)
 DEV.L. mpeg2video           MPEG-2 video (decoders: mpeg2video mpegvideo mpeg2_v4l2m2m mpeg2_qsv mpeg2_cuvid) (encoders: mpeg2video mpeg2_qsv mpeg2_vaapi)
 DEV.L. mpeg4                MPEG-4 part 2 (decoders: mpeg4 mpeg4_v4l2m2m mpeg4_cuvid) (encoders: mpeg4 libxvid mpeg4_v4l2m2m)
 DEV..S png                  PNG (Portable Network Graphics) image
 DEV.L. theora               Theora (encoders: libtheora)
 DEV.L. vp8                  On2 VP8 (decoders: vp8 vp8_v4l2m2m libvpx vp8_cuvid vp8_qsv) (encoders: libvpx vp8_v4l2m2m vp8_vaapi)
 DEV.L. vp9                  Google VP9 (decoders: vp9 vp9_v4l2m2m libvpx-vp9 vp9_cuvid vp9_qsv) (encoders: libvpx-vp9 vp9_vaapi vp9_qsv)
 DEA.L. aac                  AAC (Advanced Audio Coding) (decoders: aac aac_fixed)
 DEAIL. ac3                  ATSC A/52A (AC-3) (decoders: ac3 ac3_fixed) (encoders: ac3 ac3_fixed)
 DEAI.S flac                 FLAC (Free Lossless Audio Codec)
 DEAIL. mp2                  MP2 (MPEG audio layer 2) (decoders: mp2 mp2float) (encoders: mp2 mp2fixed libtwolame)
 DEAIL. mp3                  MP3 (MPEG audio layer 3) (decoders: mp3float mp3) (encoders: libmp3lame libshine)
 DEAIL. opus                 Opus (Opus Interactive Audio Codec) (decoders: opus libopus) (encoders: opus libopus)
 DEAIL. pcm_mulaw            PCM mu-law / G.711 mu-law
 DEAIL. vorbis               Vorbis (decoders: vorbis libvorbis) (encoders: vorbis libvorbis)
)";

inline constexpr std::string_view muxer_flv_5_1 = R"(Muxer flv [FLV (Flash Video)]:
    Common extensions: flv.
    Mime type: video/x-flv.
    Default video codec: flv1.
    Default audio codec: mp3.
flv muxer AVOptions:
  -flvflags          <flags>      E.......... FLV muxer flags (default 0)
)";

inline constexpr std::string_view muxer_mp3_5_1 = R"(Muxer mp3 [MP3 (MPEG audio layer 3)]:
    Common extensions: mp3.
    Mime type: audio/mpeg.
    Default video codec: png.
    Default audio codec: mp3.
MP3 muxer AVOptions:
  -id3v2_version     <int>        E.......... Select ID3v2 version to write. Currently 3
  -write_id3v1       <boolean>    E.......... Enable ID3v1 writing. ID3v1 tags are writt
  -write_xing        <boolean>    E.......... Write the Xing header containing file dura
)";

inline constexpr std::string_view muxer_hls_5_1 = R"(Muxer hls [Apple HTTP Live Streaming]:
    Common extensions: m3u8.
    Default video codec: h264.
    Default audio codec: aac.
    Default subtitle codec: webvtt.
hls muxer AVOptions:
  -start_number      <int64>      E.......... set first number in the sequence (from 0 t
  -hls_time          <duration>   E.......... set segment length (default 2)
  -hls_init_time     <duration>   E.......... set segment length at init list (default 0
  -hls_list_size     <int>        E.......... set maximum number of playlist entries (fr
  -hls_delete_threshold <int>        E.......... set number of unreferenced segments to
  -hls_ts_options    <dictionary> E.........P set hls mpegts list of options for the con
)";

inline constexpr std::string_view muxer_mpegts_5_1 =
    R"(Muxer mpegts [MPEG-TS (MPEG-2 Transport Stream)]:
    Common extensions: ts,m2t,m2ts,mts.
    Mime type: video/MP2T.
    Default video codec: mpeg2video.
    Default audio codec: mp2.
MPEGTS muxer AVOptions:
  -mpegts_transport_stream_id <int>        E.......... Set transport_stream_id field. (f
  -mpegts_original_network_id <int>        E.......... Set original_network_id field. (f
  -omit_video_pes_length <boolean>    E.......... Omit the PES packet length for video p
  -mpegts_service_id <int>        E.......... Set service_id field. (from 1 to 65535) (d
  -mpegts_service_type <int>        E.......... Set service_type field. (from 1 to 255)
  -mpegts_pmt_start_pid <int>        E.......... Set the first pid of the PMT. (from 32
  -mpegts_start_pid  <int>        E.......... Set the first pid. (from 32 to 8186) (defa
)";

inline constexpr std::string_view muxer_fifo_5_1 = R"(Muxer fifo [FIFO queue pseudo-muxer]:
Fifo muxer AVOptions:
  -fifo_format       <string>     E.......... Target muxer
  -queue_size        <int>        E.......... Size of fifo queue (from 1 to INT_MAX) (de
  -format_opts       <dictionary> E.......... Options to be passed to underlying muxer
  -drop_pkts_on_overflow <boolean>    E.......... Drop packets on fifo queue overflow no
  -restart_with_keyframe <boolean>    E.......... Wait for keyframe when restarting outp
  -attempt_recovery  <boolean>    E.......... Attempt recovery in case of failure (defau
  -max_recovery_attempts <int>        E.......... Maximal number of recovery attempts (f
  -recovery_wait_time <duration>   E.......... Waiting time between recovery attempts (d
  -recovery_wait_streamtime <boolean>    E.......... Use stream time instead of real tim
  -recover_any_error <boolean>    E.......... Attempt recovery regardless of type of the
  -timeshift         <duration>   E.......... Delay fifo output (default 0)
)";

inline constexpr std::string_view muxer_tee_5_1 = R"(Muxer tee [Multiple muxer tee]:
Tee muxer AVOptions:
  -use_fifo          <boolean>    E.......... Use fifo pseudo-muxer to separate actual m
  -fifo_options      <dictionary> E.......... fifo pseudo-muxer options
)";

inline constexpr std::string_view muxer_adts_5_1 = R"(Muxer adts [ADTS AAC (Advanced Audio Coding)]:
    Common extensions: aac,adts.
    Mime type: audio/aac.
    Default audio codec: aac.
ADTS muxer AVOptions:
  -write_id3v2       <boolean>    E.......... Enable ID3v2 tag writing (default false)
  -write_apetag      <boolean>    E.......... Enable APE tag writing (default false)
  -write_mpeg2       <boolean>    E.......... Set MPEG version to MPEG-2 (default false)
)";

inline constexpr std::string_view muxer_ogg_5_1 = R"(Muxer ogg [Ogg]:
    Common extensions: ogg.
    Mime type: application/ogg.
    Default video codec: theora.
    Default audio codec: vorbis.
)";

inline constexpr std::string_view protocol_srt_5_1 = R"(libsrt AVOptions:
  -pkt_size          <int>        ED......... Maximum SRT packet size (from -1 to 1456)
  -passphrase        <string>     ED......... Crypto PBKDF2 Passphrase size[0,10..64] 0:
  -latency           <int64>      ED......... receiver delay (in microseconds) to absorb
  -mode              <int>        ED......... Connection mode (caller, listener, rendezv
)";

}  // namespace supervisor::test
