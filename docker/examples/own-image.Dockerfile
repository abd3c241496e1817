# ffsupervisor in an image of your own, whatever that is made from. First build the image that has the program:
#
#   docker build -f docker/Dockerfile --target program -t ffsupervisor .
#   docker build -f own-image.Dockerfile -t my-station .
FROM alpine:3
# FFmpeg, or your own build of it.
RUN apk add --no-cache ffmpeg ca-certificates
COPY --from=ffsupervisor /ffsupervisor /usr/local/bin/
HEALTHCHECK CMD ["ffsupervisor", "healthcheck", "liveness"]
ENTRYPOINT ["ffsupervisor"]
CMD ["ffmpeg", "-re", "-i", "http://icecast:8000/radio.mp3", "-c:a", "aac", "-f", "flv", "rtmp://nginx-rtmp:1935/live/stream"]
