# ffsupervisor in an image of your own, which is Debian 12 (or made from it). First build the image that has it:
#
#   docker build -f docker/Dockerfile -t ffsupervisor .
#   docker build -f own-image.Dockerfile -t my-station .
FROM debian:12-slim
# FFmpeg, or your own build of it, and the libraries of ffsupervisor.
RUN apt-get update \
 && apt-get install -y --no-install-recommends ffmpeg ca-certificates \
      libprometheus-cpp-core1.0 zlib1g libssl3 libyaml-cpp0.7 libfmt9 \
 && rm -rf /var/lib/apt/lists/*
COPY --from=ffsupervisor /usr/bin/ffsupervisor /usr/bin/ffsupervisor
HEALTHCHECK CMD ["ffsupervisor", "healthcheck", "liveness"]
ENTRYPOINT ["ffsupervisor"]
CMD ["ffmpeg", "-re", "-i", "http://icecast:8000/radio.mp3", "-c:a", "aac", "-f", "flv", "rtmp://nginx-rtmp:1935/live/stream"]
