# Fills a page's template. First input: what the program or the reference says; then the template, in which
# @NAME@ alone on a line stands for the section NAME of `--help`, or for the whole (@Reference@).

function roff(text) {
  gsub(/\\/, "\\e", text)
  gsub(/-/, "\\-", text)
  gsub(/`/, "\\(ga", text)
  gsub(/'/, "\\(aq", text)
  if (text ~ /^\./) text = "\\\\&" text
  return text
}

function indent(line) { match(line, /[^ ]/); return RSTART - 1 }

function add(text) { section[name] = section[name] text "\n" }

# "  TERM   meaning", "  TERM" above an indented meaning, or a meaning's next line.
function entry(line,    at, text, gap) {
  at = indent(line)
  text = substr(line, at + 1)
  gap = match(text, /   */)
  if (gap && (term_at == "" || at <= term_at || at == 0)) {
    term_at = at
    add(".TP\n.B " roff(substr(text, 1, gap - 1)) "\n" roff(substr(text, gap + RLENGTH)))
    prose = 0
  } else if (!prose && (at <= term_at || term_at == "")) {
    term_at = at
    prose = text ~ /: [A-Z]/
    add((prose ? ".PP\n" : ".TP\n.B ") roff(text))
  } else {
    add(roff(text))
  }
}

FNR == 1 { ++file }

file == 1 && whole { name = "Reference"; add(roff($0)); next }
file == 1 && /^[A-Z][A-Za-z ]*:$/ { name = substr($0, 1, length($0) - 1); term_at = ""; prose = 0; next }
file == 1 && (/^$/ || /^[^ ]/) { name = ""; next }
file == 1 { if (name != "") entry($0); next }

/^@[A-Z][a-z][A-Za-z ]*@$/ {
  wanted = substr($0, 2, length($0) - 2)
  if (section[wanted] == "") { print "no section '" wanted "'" >"/dev/stderr"; exit 1 }
  if (whole) print ".EX"
  printf "%s", section[wanted]
  if (whole) print ".EE"
  next
}
{ gsub(/@DATE@/, date); gsub(/@VERSION@/, version); print }
