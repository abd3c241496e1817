// What runs: source, sink and command of one stream. The server has masked the secrets.

import { byId, setText } from "./dom.js";

export class CommandPanel {
  render({ state }) {
    const command = running(state);
    byId("command").hidden = command.length === 0;
    setText(byId("command-source"), inputs(command).join(", ") || "–");
    setText(byId("command-sink"), sinks(state) || "–");
    setText(byId("command-line"), command.map(quoted).join(" "));
  }
}

// The fallback's in the place of the main command, or what stands in under a held output.
function running(state) {
  return (state?.fallback?.on_air ? state.fallback.command : state?.command) ?? [];
}

function inputs(command) {
  return command.filter((_, i) => command[i - 1] === "-i");
}

// The servers; of a file or a pipe its name.
function sinks(state) {
  if (state?.servers?.sink) return state.servers.sink.replaceAll(",", ", ");
  return (state?.outputs ?? []).map((output) => output.name).join(", ");
}

// As a shell would need it.
function quoted(word) {
  return /^[\w@%+=:,./*-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
