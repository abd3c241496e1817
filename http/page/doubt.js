// What takes the green from a stream that is on air, as short sentences.

export function standsFor(stream, now_ms) {
  const { progress, state } = stream;
  if (state?.state !== "on_air") return 0;
  const told = progress && stream.progressAt >= stream.stateAt ? progress.no_progress_seconds : state.no_progress?.for_seconds;
  if (!told) return 0;
  const at_ms = progress && stream.progressAt >= stream.stateAt ? stream.progressAt : stream.stateAt;
  return told + Math.max(0, now_ms - at_ms) / 1000;
}

export function doubts(stream, now_ms) {
  return [standing(stream, now_ms), instability(stream, now_ms)].filter(Boolean);
}

function standing(stream, now_ms) {
  const seconds = standsFor(stream, now_ms);
  if (!seconds) return "";
  const limit = stream.state.no_progress?.frozen_at_seconds;
  return `no progress for ${Math.floor(seconds)} s${limit ? ` (frozen at ${limit} s)` : ""}`;
}

function instability({ state, stateAt }, now_ms) {
  const unstable = state?.unstable;
  if (unstable?.own_ends > 0) return `unstable: the command ended by itself ${unstable.own_ends} times in the last 10 minutes`;
  if (!unstable || state.state !== "on_air") return "";
  const left = Math.max(0, Math.ceil(unstable.stable_in_seconds - (now_ms - stateAt) / 1000));
  const { restarts, outages } = unstable;
  if (outages > 0) return `unstable: ${outages} outages in the last 10 minutes`;
  const why = restarts > 0 ? `${restarts} ${restarts === 1 ? "restart" : "restarts"}` : "the source was lost";
  return `unstable: ${why}, stable in ${left} s`;
}

export function isDoubtful(stream) {
  const { state, progress } = stream;
  if (state?.state !== "on_air") return false;
  const newer = progress && stream.progressAt >= stream.stateAt;
  const stands = newer ? progress.no_progress_seconds > 0 : Boolean(state.no_progress);
  return stands || Boolean(state.unstable);
}
