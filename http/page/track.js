// What the radio says is on air, as a line of text.

import { playTime } from "./format.js";

export function trackLine(track) {
  if (!track) return "";
  const line = [track.artist, track.title].filter(Boolean).join(" — ");
  if (!track.is_live) return line;
  return [`live: ${track.streamer || "a streamer"}`, line].filter(Boolean).join(" · ");
}

// How far it is, and where it comes from. `told_ms`: when the track was told of.
export function trackDetails(track, told_ms, now_ms) {
  if (!track) return "";
  const known = typeof track.playing_seconds === "number";
  const played = known ? playTime(track.playing_seconds + (now_ms - told_ms) / 1000) : "";
  const length = track.duration_seconds ? ` of ${playTime(track.duration_seconds)}` : "";
  return [played && played + length, track.album, track.playlist, track.overdue].filter(Boolean).join(" · ");
}
