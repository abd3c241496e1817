// What runs: source, sink and command of one stream. The server has masked the secrets.

import { byId, setText } from "./dom.js";

export class CommandPanel {
  render({ state }) {
    const command = state?.command ?? [];
    byId("command").hidden = command.length === 0;
    setText(byId("command-source"), inputs(command).join(", ") || "–");
    setText(byId("command-sink"), sinks(command, state?.outputs).join(", ") || "–");
    setText(byId("command-line"), command.map(quoted).join(" "));
  }
}

function inputs(command) {
  return command.filter((_, i) => command[i - 1] === "-i");
}

// Addresses that are no input; where the outputs are published by others: their names.
function sinks(command, outputs = []) {
  const addresses = command.filter((word, i) => word.includes("://") && command[i - 1] !== "-i");
  if (addresses.length > 0) return addresses;
  return outputs.map((output) => output.name);
}

// As a shell would need it.
function quoted(word) {
  return /^[\w@%+=:,./*-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
