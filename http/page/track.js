// The current track as the radio reports it, as a line of text.

import { playTime } from "./format.js";

export function trackLine(track) {
  if (!track) return "";
  const line = [track.artist, track.title].filter(Boolean).join(" — ");
  if (!track.is_live) return line;
  return [`live: ${track.streamer || "unknown streamer"}`, line].filter(Boolean).join(" · ");
}

// Position, album, playlist. `received_ms`: when the track was received.
export function trackDetails(track, received_ms, now_ms) {
  if (!track) return "";
  const known = typeof track.playing_seconds === "number";
  const played = known ? playTime(track.playing_seconds + (now_ms - received_ms) / 1000) : "";
  const length = track.duration_seconds ? ` of ${playTime(track.duration_seconds)}` : "";
  return [played && played + length, track.album, track.playlist, track.overdue].filter(Boolean).join(" · ");
}
