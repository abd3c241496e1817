#pragma once

#include <array>
#include <string>
#include <string_view>

namespace supervisor::test {

// Commands as they are found in the field, in words between blanks (one with blanks in quotes). IN/
// and OUT/ are the folders of the inputs and of what the encoder writes itself.
struct FieldCommand {
  std::string_view name;
  std::string_view words;  // behind `ffmpeg`
};

inline constexpr auto field_commands = std::to_array<FieldCommand>({
    // RTMP
    {"rtmp",
     "-i IN/av.mp4 -c:v libx264 -preset veryfast -b:v 800k -maxrate 800k -bufsize 1600k -g 50 -c:a "
     "aac -b:a 96k -ar 44100 -f flv rtmp://a.example/live2/key"},
    {"rtmps",
     "-i IN/av.mp4 -vf scale=128:72,format=yuv420p -c:v libx264 -preset ultrafast -tune "
     "zerolatency -c:a aac -f flv -tls_verify 0 -rtmp_live live -flvflags no_duration_filesize "
     "rtmps://live.example:443/rtmp/key"},
    {"rtmp_copy", "-i IN/av.flv -c copy -f flv rtmp://a.example/app/key"},
    {"rtmp_copy_from_ts",
     "-i IN/av.ts -map 0:v -map 0:a:0 -c copy -bsf:a aac_adtstoasc -f flv "
     "rtmp://a.example/app/key"},
    {"rtmp_copy_picture",
     "-i IN/av.mp4 -c:v copy -c:a aac -ac 1 -ar 48000 -f flv rtmp://a.example/app/key"},
    {"rtmp_global_header",
     "-i IN/av.mp4 -c:v libx264 -preset ultrafast -flags +global_header -c:a aac -f flv "
     "rtmp://a.example/app/key"},
    {"rtmp_flags",
     "-i IN/av.mp4 -c:v libx264 -preset ultrafast -flags:v +low_delay+global_header -flags:a "
     "+global_header -c:a aac -f flv rtmp://a.example/app/key"},
    {"rtmp_sound_only", "-i IN/radio.mp3 -vn -c:a aac -b:a 64k -f flv rtmp://a.example/app/key"},
    {"rtmp_mp3", "-i IN/radio.mp3 -vn -c:a libmp3lame -ar 44100 -f flv rtmp://a.example/app/key"},
    {"rtmp_picture_only",
     "-i IN/av.mp4 -an -c:v libx264 -preset ultrafast -f flv rtmp://a.example/app/key"},
    {"rtmp_b_frames",
     "-i IN/av.mp4 -c:v libx264 -preset fast -bf 3 -profile:v high -level 4.0 -c:a aac -f flv "
     "rtmp://a.example/app/key"},
    {"rtmp_metadata",
     "-i IN/av.mp4 -c:v libx264 -preset ultrafast -c:a aac -metadata title=Morning -metadata:s:a:0 "
     "language=deu -f flv rtmp://a.example/app/key"},
    {"rtmp_drawtext",
     "-i IN/av.mp4 -vf 'drawtext=text=on air:fontcolor=white:x=10:y=10' -c:v libx264 -preset "
     "ultrafast -c:a copy -f flv rtmp://a.example/app/key"},
    {"rtmp_overlay",
     "-i IN/av.mp4 -i IN/cover.png -filter_complex [0:v][1:v]overlay=10:10[v] -map [v] -map 0:a "
     "-c:v libx264 -preset ultrafast -c:a aac -f flv rtmp://a.example/app/key"},
    {"rtmp_unlabelled_graph",
     "-i IN/av.mp4 -i IN/cover.png -filter_complex overlay -c:v libx264 -preset ultrafast -c:a aac "
     "-f flv rtmp://a.example/app/key"},
    {"rtmp_waves",
     "-i IN/radio.mp3 -filter_complex [0:a]showwaves=s=160x90:r=10,format=yuv420p[v] -map [v] -map "
     "0:a -c:v libx264 -preset ultrafast -c:a aac -shortest -f flv rtmp://a.example/app/key"},
    {"rtmp_bsf",
     "-i IN/av.mp4 -c copy -bsf:v h264_mp4toannexb,h264_metadata=video_full_range_flag=0 -f flv "
     "rtmp://a.example/app/key"},
    {"rtmp_no_metadata",
     "-i IN/av.mp4 -map_metadata -1 -c:v libx264 -preset ultrafast -c:a aac -bitexact -flvflags "
     "no_metadata -f flv rtmp://a.example/app/key"},
    // a looped picture and a radio
    {"picture_and_radio",
     "-loop 1 -framerate 10 -i IN/cover.png -i IN/radio.mp3 -map 0:v -map 1:a -c:v libx264 -preset "
     "ultrafast -tune stillimage -pix_fmt yuv420p -r 10 -g 20 -c:a aac -b:a 128k -shortest -f flv "
     "rtmp://a.example/app/key"},
    {"picture_and_radio_copy",
     "-loop 1 -i IN/cover.png -i IN/radio.mp3 -c:v libx264 -preset ultrafast -pix_fmt yuv420p -c:a "
     "copy -t 1 -f flv rtmp://a.example/app/key"},
    // Icecast
    {"slow_picture",
     "-loop 1 -framerate 2 -i IN/cover.png -f lavfi -i sine -c:v libx264 -preset ultrafast -tune "
     "stillimage -pix_fmt yuv420p -r 2 -g 4 -c:a aac -t 4 -f flv rtmp://a.example/app/key"},
    {"sound_first",
     "-i IN/av.flv -map 0:a -map 0:v -c:v libx264 -preset ultrafast -c:a libmp3lame -metadata:s:0 "
     "title=Sound -f matroska tcp://h.example:5000"},
    {"http_hevc_copy",
     "-i IN/hevc.mp4 -c:v copy -an -metadata service_name=HD -f mpegts http://h.example/up.ts"},
    {"second_language",
     "-i IN/av.ts -map 0:v:0 -map 0:a:1 -sn -dn -c copy -f mpegts srt://s.example:9000"},
    {"icecast_mp3",
     "-i IN/radio.mp3 -vn -c:a libmp3lame -b:a 128k -content_type audio/mpeg -ice_name Radio -f "
     "mp3 icecast://source:hackme@ice.example:8000/live.mp3"},
    {"icecast_mp3_defaults", "-i IN/tone.wav -f mp3 icecast://source:hackme@ice.example:8000/live"},
    {"icecast_by_name",
     "-i IN/tone.wav -b:a 96k -content_type audio/mpeg "
     "icecast://source:hackme@ice.example:8000/live.mp3"},
    {"icecast_of_video",
     "-i IN/av.mp4 -f mp3 -content_type audio/mpeg icecast://source:hackme@ice.example:8000/live"},
    {"icecast_aac",
     "-i IN/radio.mp3 -vn -c:a aac -b:a 64k -content_type audio/aac -f adts "
     "icecast://source:hackme@ice.example:8000/live.aac"},
    {"icecast_aac_defaults",
     "-i IN/av.ts -content_type audio/aac -f adts "
     "icecast://source:hackme@ice.example:8000/live.aac"},
    {"icecast_opus",
     "-i IN/radio.mp3 -vn -c:a libopus -b:a 64k -content_type application/ogg -f ogg "
     "icecast://source:hackme@ice.example:8000/live.ogg"},
    {"icecast_copy",
     "-i IN/radio.mp3 -c:a copy -f mp3 -write_xing 0 -id3v2_version 0 "
     "icecast://source:hackme@ice.example:8000/live"},
    {"icecast_legacy",
     "-i IN/radio.mp3 -acodec libmp3lame -ab 96k -ac 1 -legacy_icecast 1 -f mp3 "
     "icecast://source:hackme@ice.example:8000/live"},
    // SRT, UDP, RTP, TCP
    {"srt",
     "-i IN/av.mp4 -c:v libx264 -preset ultrafast -c:a aac -f mpegts "
     "srt://s.example:9000?pkt_size=1316&mode=caller"},
    {"srt_options",
     "-i IN/av.mp4 -c:v libx264 -preset ultrafast -c:a aac -f mpegts -mpegts_service_id 7 "
     "-pcr_period 20 -muxrate 2M -mode caller -latency 200000 srt://s.example:9000"},
    {"srt_service_name",
     "-i IN/av.mp4 -c:v libx264 -preset ultrafast -c:a aac -metadata service_name=One -metadata "
     "service_provider=Me -f mpegts srt://s.example:9000"},
    {"srt_copy_all", "-i IN/av.ts -map 0 -c copy -f mpegts srt://s.example:9000"},
    {"udp_mpeg2",
     "-i IN/av.mp4 -c:v mpeg2video -b:v 1M -c:a mp2 -b:a 128k -f mpegts "
     "udp://239.0.0.1:1234?pkt_size=1316"},
    {"udp_defaults", "-i IN/av.mp4 -f mpegts udp://239.0.0.1:1234"},
    {"udp_ac3",
     "-i IN/av.mp4 -c:v libx264 -preset ultrafast -c:a ac3 -b:a 192k -ac 2 -f mpegts "
     "udp://239.0.0.1:1234"},
    {"udp_dvb",
     "-i IN/dvb.ts -map 0 -c copy -streamid 0:300 -streamid 1:301 -f mpegts udp://239.0.0.1:1234"},
    {"udp_hevc",
     "-i IN/av.mp4 -c:v libx265 -preset ultrafast -x265-params log-level=error -tag:v hvc1 -c:a "
     "aac -f mpegts udp://239.0.0.1:1234"},
    {"udp_hevc_copy", "-i IN/hevc.mp4 -c copy -f mpegts udp://239.0.0.1:1234"},
    {"udp_data", "-i IN/data.ts -map 0 -c copy -copy_unknown -f mpegts udp://239.0.0.1:1234"},
    {"tcp_mkv",
     "-i IN/av.flv -c:v libx264 -preset ultrafast -c:a libopus -f matroska tcp://h.example:5000"},
    {"http_mkv_languages",
     "-i IN/av.ts -map 0 -c copy -disposition:a:1 default -disposition:a:0 0 -metadata:s:a:1 "
     "title=Commentary -f matroska http://h.example/put"},
    {"rtp_mpegts",
     "-i IN/av.flv -c:v libx264 -preset ultrafast -c:a aac -f rtp_mpegts rtp://h.example:5004"},
    {"rtp", "-i IN/radio.mp3 -vn -c:a libopus -payload_type 97 -f rtp rtp://h.example:5004"},
    {"rtsp",
     "-i IN/av.flv -c:v libx264 -preset ultrafast -c:a libopus -rtsp_transport tcp -f rtsp "
     "rtsp://h.example:8554/cam"},
    {"rtsp_copy", "-i IN/av.flv -c copy -f rtsp rtsp://user:pw@h.example:8554/cam"},
    // HLS
    {"hls_put",
     "-i IN/av.mp4 -c:v libx264 -preset ultrafast -g 25 -c:a aac -f hls -hls_time 1 -hls_list_size "
     "5 -method PUT http://h.example/live/index.m3u8"},
    {"hls_by_name",
     "-i IN/av.mp4 -c:v libx264 -preset ultrafast -c:a aac -method PUT -http_persistent 1 "
     "https://h.example/live/index.m3u8?key=1"},
    // tee and fifo
    {"tee",
     "-i IN/av.mp4 -map 0:v -map 0:a -c:v libx264 -preset ultrafast -c:a aac -flags +global_header "
     "-f tee "
     "[f=flv:onfail=ignore]rtmp://a.example/l/k|[f=flv:flvflags=no_duration_filesize]rtmp://"
     "b.example/l/k"},
    {"tee_with_file",
     "-i IN/av.mp4 -map 0 -c:v libx264 -preset ultrafast -c:a aac -flags +global_header -f tee "
     "[f=flv:onfail=ignore]rtmp://a.example/l/k|[f=mp4]OUT/record.mp4|[f=mpegts]srt://"
     "s.example:9000"},
    {"tee_select",
     "-i IN/av.mp4 -map 0:v -map 0:a -c:v libx264 -preset ultrafast -c:a aac -f tee -use_fifo 1 "
     "[f=flv:bsfs/a=aac_adtstoasc]rtmp://a.example/l/k|[f=adts:select=a]icecast://"
     "source:p@i.example:8000/a.aac"},
    {"tee_copy",
     "-i IN/av.flv -map 0:v -map 0:a:0 -c copy -f tee "
     "[f=flv]rtmp://a.example/l/k|[f=mpegts:bsfs/v=h264_mp4toannexb,dump_extra=freq=keyframe]udp://"
     "239.0.0.1:1234"},
    {"fifo",
     "-i IN/av.mp4 -map 0 -c:v libx264 -preset ultrafast -c:a aac -flags +global_header -f fifo "
     "-fifo_format flv -format_opts flvflags=no_duration_filesize -drop_pkts_on_overflow 1 "
     "-attempt_recovery 1 -recovery_wait_time 1 rtmp://a.example/l/k"},
    // several outputs
    {"video_and_radio",
     "-i IN/av.mp4 -map 0:v -map 0:a -c:v libx264 -preset ultrafast -c:a aac -f flv "
     "rtmp://a.example/l/k -map 0:a -c:a libmp3lame -b:a 128k -f mp3 "
     "icecast://source:p@i.example:8000/a.mp3"},
    {"two_qualities",
     "-i IN/av.mp4 -filter_complex [0:v]split=2[a][b];[b]scale=80:44[c] -map [a] -map 0:a -c:v "
     "libx264 -preset ultrafast -c:a aac -f flv rtmp://a.example/l/high -map [c] -map 0:a -c:v "
     "libx264 -preset ultrafast -c:a aac -b:a 48k -f flv rtmp://a.example/l/low"},
    {"file_beside",
     "-y -i IN/av.mp4 -c:v libx264 -preset ultrafast -c:a aac OUT/record.mp4 -c copy -f flv "
     "rtmp://a.example/l/k -f null -"},
    // odd orders
    {"format_first",
     "-i IN/av.mp4 -f flv -c:a aac -flvflags no_duration_filesize -c:v libx264 -preset ultrafast "
     "rtmp://a.example/l/k"},
    {"old_names",
     "-i IN/av.mp4 -vcodec libx264 -vprofile baseline -preset ultrafast -acodec aac -ab 64k -ar "
     "22050 -strict experimental -f flv rtmp://a.example/l/k"},
    {"aliases", "-i IN/av.mp4 -codec copy -codec:a aac -f flv rtmp://a.example/l/k"},
    {"by_index",
     "-i IN/av.ts -map 0:v -map 0:a -c:0 libx264 -preset:0 ultrafast -c:1 aac -c:2 libmp3lame -f "
     "mpegts srt://s.example:9000"},
    {"some_of_a_type",
     "-i IN/av.ts -map 0:v -map 0:a -c:v libx264 -preset ultrafast -c:a:1 ac3 -f mpegts "
     "srt://s.example:9000"},
    {"globals_inside",
     "-i IN/av.mp4 -c:v libx264 -preset ultrafast -hide_banner -c:a aac -y -f flv -loglevel "
     "warning rtmp://a.example/l/k"},
    {"dashes",
     "-i IN/av.mp4 -c:v libx264 -preset ultrafast -c:a aac -f flv -- rtmp://a.example/l/k"},
    {"twice_f",
     "-i IN/av.mp4 -f mpegts -c:v libx264 -preset ultrafast -c:a aac -f flv rtmp://a.example/l/k"},
    {"trailing",
     "-i IN/av.mp4 -c:v libx264 -preset ultrafast -c:a aac -f flv rtmp://a.example/l/k -y"},
    {"muxer_timing",
     "-i IN/av.mp4 -muxdelay 0 -muxpreload 0 -max_interleave_delta 0 -flush_packets 0 -fflags "
     "+flush_packets -c:v libx264 -preset ultrafast -c:a aac -max_muxing_queue_size 1024 -f mpegts "
     "srt://s.example:9000"},
    {"bounded",
     "-ss 0.2 -t 0.8 -i IN/av.mp4 -c:v libx264 -preset ultrafast -frames:v 15 -c:a aac -t 0.6 -f "
     "flv rtmp://a.example/l/k"},
});

}  // namespace supervisor::test
