# shellcheck shell=sh
# Reads Nix text as far as a double must: brackets, strings, comments, imports, throw, and our markers. It evaluates nothing.
# shellcheck disable=SC2034,SC2154 # shared with nix-build.sh and host.sh

# scan_nix FILE: prints `file PATH` and `dir PATH` for everything the module is made of, `mark TEXT` for each marker comment
# (`# embedded-host: TEXT`), and `error TEXT` for the first thing nix would refuse.
scan_nix() {
  NIX_START=$1 NIX_HOST=$host LC_ALL=C awk '
function refuse(text) { if (!refused) { refused = 1; print "error " text } }
function place() { return " at " file ":" line_number }
function push(kind) { depth++; mode[depth] = kind; opened[depth] = line_number; body[depth] = ""; listing[depth] = 0 }
function pop(closer) {
  if (mode[depth] != closer) { refuse("syntax error, unexpected \047" closer "\047" place()); return }
  if (closer == "}" && statement(body[depth]) ~ /=/) refuse("syntax error, unexpected \047}\047, expecting \047;\047" place())
  depth--
}
# A statement without comparisons, so that each = left over is a definition.
function statement(text) { gsub(/[=!<>]=/, "", text); return text }
function add(text) { body[depth] = body[depth] text }

# What stands between two brackets, strings or comments.
function code(text, word) {
  if (listing[depth]) { list_item(text); return }
  add(text)
  while (match(text, /\.\.?\/[A-Za-z0-9._+\/-]*[A-Za-z0-9_+-]/)) {
    word = substr(text, RSTART, RLENGTH)
    text = substr(text, RSTART + RLENGTH)
    want(directory word, 0)
  }
}
# The words of an imports list: paths must exist, and a bare word next to a path is a path with a space in it.
function list_item(text, words, count, i, real) {
  count = split(text, words, " ")
  for (i = 1; i <= count; i++) {
    if (words[i] ~ /^\.\.?\//) want(directory words[i], 1)
    else if (words[i] ~ /^\/[^\047]*$/) {
      real = index(words[i], ENVIRON["NIX_HOST"] "/") == 1 ? words[i] : ENVIRON["NIX_HOST"] words[i]
      want(real, 1)
    } else if (top && words[i] ~ /^[a-z][A-Za-z0-9_-]*$/) refuse("undefined variable \047" words[i] "\047" place())
  }
}
function want(path, must) { wanted[++wants] = path; musts[wants] = must; origins[wants] = place() }

# The end of a statement in an attribute set: what a host name or a whole `config` would do to the generated module.
function finish(text, key) {
  sub(/^[ \t\n]+/, "", text)
  key = text; sub(/[ \t\n]*=.*$/, "", key)
  text = statement(text)
  if (text !~ /(^|[^A-Za-z0-9_])(let|with|assert)([^A-Za-z0-9_]|$)/ && gsub(/=/, "=", text) > 1)
    refuse("syntax error, unexpected \047=\047, expecting \047;\047" place())
  if (top && depth == 1 && text ~ /=/) {
    if (key == "config") refuse("Module `" file "\047 has an unsupported attribute `boot\047. This is caused by introducing a top-level `config\047 or `options\047 attribute.")
    if (seen[key]++) refuse("attribute \047" key "\047 already defined" place())
  }
}

function string_end() {
  if (throwing) refuse(message)
  throwing = 0
  depth--
  add("\"\"")
}

function read_line(line, m, at, i, text) {
  while (line != "") {
    m = mode[depth]
    if (m == "*") {
      i = index(line, "*/")
      if (!i) return
      depth--; line = substr(line, i + 2)
    } else if (m == "s") {
      if (!match(line, /["\\]|\$[{$]/)) { message = message line; return }
      message = message substr(line, 1, RSTART - 1)
      at = substr(line, RSTART, 2); line = substr(line, RSTART + 1)
      if (substr(at, 1, 1) == "\"") string_end()
      else { if (at == "${") push("}"); line = substr(line, 2) }
    } else if (m == "i") {
      if (!match(line, /\047\047|\$[{$]/)) { message = message line; return }
      message = message substr(line, 1, RSTART - 1)
      at = substr(line, RSTART, 2); line = substr(line, RSTART + 2)
      if (at == "${") push("}")
      else if (at == "\047\047") {
        if (line ~ /^[$\047]/) line = substr(line, 2)
        else if (line ~ /^\\/) line = substr(line, 3)
        else string_end()
      }
    } else {
      if (!match(line, /["#{}()\[\];]|\047\047|\/\*/)) { code(line); return }
      text = substr(line, 1, RSTART - 1); at = substr(line, RSTART, RLENGTH); line = substr(line, RSTART + RLENGTH)
      code(text)
      if (at == "#") {
        if (sub(/^ *embedded-host: */, "", line)) { sub(/ *$/, "", line); print "mark " line }
        return
      } else if (at == "/*") push("*")
      else if (at == "\"" || at == "\047\047") {
        throwing = body[depth] ~ /(^|[^A-Za-z0-9_.\047-])(throw|abort)[ \t\n(]*$/
        message = ""
        push(at == "\"" ? "s" : "i")
      } else if (at == ";") { if (mode[depth] == "}") finish(body[depth]); body[depth] = "" }
      else if (at == "{") {
        if (mode[depth] == "}" && body[depth] !~ /[^ \t\n]/) refuse("syntax error, unexpected \047{\047" place())
        push("}")
      } else if (at == "(") push(")")
      else if (at == "[") {
        i = body[depth] ~ /(^|[^A-Za-z0-9_.\047-])imports[ \t\n]*=[ \t\n]*$/
        push("]")
        listing[depth] = i
      } else pop(at)
    }
  }
}

function read_file(path, line, status) {
  if (path in done) return
  done[path] = 1
  file = path; directory = path; sub(/[^\/]*$/, "", directory)
  depth = 0; mode[0] = ""; body[0] = ""; listing[0] = 0; line_number = 0; throwing = 0
  print "file " path
  while ((status = (getline line < path)) > 0) { line_number++; read_line(line); if (mode[depth] !~ /^[si*]$/) code("\n") }
  close(path)
  if (status < 0) refuse("opening file \047" path "\047: No such file or directory")
  else if (depth > 0) refuse("syntax error, unexpected end of file, expecting \047" (mode[depth] ~ /[])}]/ ? mode[depth] : "end of string") "\047 for what opened" " at " file ":" opened[depth])
}
# A directory is copied whole; one that is imported is read through its default.nix.
function follow(path, must, origin) {
  sub(/\/$/, "", path)
  if (system("[ -d \047" path "\047 ]") == 0) {
    if (!(("dir " path) in done)) print "dir " path
    done["dir " path] = 1
    if (must) read_file(path "/default.nix")
  } else if (system("[ -e \047" path "\047 ]") == 0) {
    if (path ~ /\.nix$/) read_file(path); else print "file " path
  } else if (must) refuse("path \047" path "\047 does not exist" origin)
}
BEGIN {
  top = 1
  read_file(ENVIRON["NIX_START"])
  top = 0
  for (next_want = 1; next_want <= wants; next_want++) follow(wanted[next_want], musts[next_want], origins[next_want])
}'
}
