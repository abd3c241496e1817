#include "supervisor/command_line/help_text.hpp"

namespace supervisor {

std::string usage_text() {
  return R"(Usage: ffsupervisor [OPTIONS] [--] ffmpeg ARG...      supervise this one command
       ffsupervisor [OPTIONS] --config FILE           supervise every stream in FILE
       ffsupervisor init|check|alert-test|status|logs|restart|stop|start|reload|healthcheck ...
)";
}

std::string help_text() {
  return R"(ffsupervisor launches FFmpeg, watches whether its stream is on air, restarts it when it is
not, and serves metrics and health over HTTP.

Usage:
  ffsupervisor [OPTIONS] [--] ffmpeg ARG...
      Supervise this one FFmpeg command. The first word that is none of the options below
      begins the command; everything behind it belongs to FFmpeg.
  ffsupervisor [OPTIONS] --config FILE
      Supervise every stream in FILE.
  ffsupervisor init [--name NAME] [-- ffmpeg ARG...]
      Print a configuration for this command, or for those of a shell script, compose file or
      systemd unit on stdin. Secrets become {env: NAME}; below it, how systemd and Docker
      Compose run it.
  ffsupervisor check [OPTIONS] [--config FILE] [-- ffmpeg ARG...]
      Validate, name probable mistakes, and print the effective configuration with the origin
      of every value; with --explain what each act that can do harm would rest on.
  ffsupervisor alert-test [--config FILE]
      Send a marked test to every receiver of alerts in FILE, and print what each said. Exit
      code 0: all of them accepted it.
  ffsupervisor status [NAME] [--watch] [--json] [--url URL]
      Show the streams of a running instance, or this one: what is wrong, since when, and what
      comes next. Exit code 0: every stream is on air; 1: one is not; 3: no answer.
  ffsupervisor logs [-f] [NAME] [--json] [--url URL]
      Print the last lines of its log, or of this stream's; with -f the next ones as well.
  ffsupervisor restart|stop|start [NAME] [--token-file FILE] [--url URL]
      Ask a running instance to do so with a stream; the name may be left out where there is
      only one. Exit code 1: it refuses; 3: no answer.
  ffsupervisor reload [--token-file FILE] [--url URL]
      Ask a running instance to read its configuration again.
  ffsupervisor healthcheck [liveness|readiness] [--url URL]
      For a container's HEALTHCHECK; readiness by default. Exit code 0 or 1.

Options:
  --config FILE            configuration in YAML; /etc/ffsupervisor/ffsupervisor.yml is the
                           commented reference. With a command on the command line, the
                           file's first stream gives the settings
  --name NAME              name of the stream given on the command line (radio; init: after
                           its input; the variables of its secrets begin with it)
  --listen ADDR:PORT       where to serve HTTP (0.0.0.0:9090)
  --hold                   publish each network output by an FFmpeg of its own, which keeps its
                           connection when the encoder begins anew
  --require-listen         exit (2) where that address is taken; without it the streams run,
                           and the address is tried again
  --log-format FORMAT      auto, json or text (auto: text on a terminal, else JSON)
  --log-level LEVEL        trace, debug, info, warning or error (info)
  --url URL                status, logs, restart ...: base URL of the running instance
                           (http://127.0.0.1 at the port of --listen, else that of the
                           container's first process, else METRICS_PORT, --config)
  --token-file FILE        file with its bearer token (FFSUPERVISOR_TOKEN, else the
                           bearer_token_file of --config or of the container's first process)
  --json                   status, logs: print what the API itself gives
  --watch                  status: again every 2 s
  -f, --follow             logs: print the next lines as they come
  --explain                check: print the proof that each act (end FFmpeg, say on air, give
                           up ...) needs, and what it comes to for this command
  --quiet                  check: print warnings and the number of streams only
  --changed                check: print only what differs from the defaults
  -h, --help               this text
  --version                the version

A flag wins over the environment, the environment over the file, the file over the default.
Durations are written 30s, 1m30s, 500ms or as a number of seconds.

Environment:
  METRICS_PORT                    port to serve HTTP on (9090)
  METRICS_PATH                    path of the metrics (/metrics)
  HEALTH_CHECK_INTERVAL           between probes of source and sink (5s)
  FFMPEG_CHECK_INTERVAL           between readings of CPU and memory (1s)
  STREAM_FREEZE_TIMEOUT           frozen after so long without progress (30s)
  ENABLE_AUTO_RECOVERY            restart automatically (true)
  MAX_RESTART_ATTEMPTS            quick restarts before it escalates (3)
  RESTART_COOLDOWN                healthy after so long on air; the longest wait, too (60s)
  AUDIO_STREAM_RETRY_INTERVAL     between probes of a source that is missing (30s)
  AUDIO_STREAM_MAX_RETRIES        such probes before it escalates (20)
  CPU_THRESHOLD_PERCENT           warn above, in % of what the process may use (90)
  MEMORY_THRESHOLD_MB             warn above, in MiB (2048)
  BITRATE_DROP_THRESHOLD_PERCENT  warn when the bitrate falls by so many % (50)
  RTMP_ENDPOINT                   rtmp:// URL of the sink, if the command does not name it
  LOG_FORMAT                      as --log-format; a word that is none has no effect
  LOG_LEVEL                       as --log-level; a word that is none has no effect
  HOLD_OUTPUTS                    as --hold (false)
  NO_COLOR                        set: no colours on a terminal
  FFSUPERVISOR_TOKEN              bearer token for control; restart, status ... send it
  SSL_CERT_FILE                   authorities to trust in every HTTPS request, in PEM
  AZURACAST_URL                   URL of the station's AzuraCast
  AZURACAST_API_KEY               its API key, if its public API is off
  AZURACAST_STATION               its short name or number (an input's /listen/NAME/)
  AZURACAST_WEBHOOK_PASSWORD      password of /webhook/azuracast; unset: loopback only

Exit codes:
    0  stopped as asked (SIGTERM, SIGINT, SIGQUIT), or the command ended and `restart` allows it
    1  internal error
    2  wrong usage or configuration
    3  no running instance answers (status, logs, restart, stop, start, reload)
   69  gave up: recovery exhausted and `on_exhausted: exit`
   78  the FFmpeg command itself is wrong and never was on air
  126  the command cannot be executed
  127  the command is not found
)";
}

}  // namespace supervisor
