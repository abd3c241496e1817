# Writes a C++ file that holds the files of the live page, compressed by gzip.
#
#   cmake -DOUTPUT=FILE.cpp -DGZIP=PROGRAM "-DFILES=PATH;…" -P embed.cmake
#
# Each is served as /page/NAME, index.html as /.
set(type_css "text/css; charset=utf-8")
set(type_html "text/html; charset=utf-8")
set(type_js "text/javascript; charset=utf-8")
set(type_svg "image/svg+xml")
set(type_txt "text/plain; charset=utf-8")

set(data "")
set(table "")
foreach(file ${FILES})
  get_filename_component(name ${file} NAME)
  string(REGEX REPLACE ".*\\." "" extension ${name})
  string(MAKE_C_IDENTIFIER ${name} identifier)
  execute_process(COMMAND ${GZIP} -9 -n -c ${file} OUTPUT_FILE ${OUTPUT}.gz COMMAND_ERROR_IS_FATAL ANY)
  file(READ ${OUTPUT}.gz bytes HEX)
  file(REMOVE ${OUTPUT}.gz)
  string(REGEX REPLACE "(..)" "0x\\1," bytes "${bytes}")
  file(SIZE ${file} size)
  file(SHA256 ${file} hash)
  string(SUBSTRING ${hash} 0 32 hash)
  set(path "/page/${name}")
  if(name STREQUAL "index.html")
    set(path "/")
  endif()
  string(APPEND data "constexpr unsigned char ${identifier}[] = {${bytes}};\n")
  string(APPEND table
    "    {\"${path}\", \"${type_${extension}}\", \"\\\"${hash}\\\"\", bytes(${identifier}), ${size}},\n")
endforeach()

file(WRITE ${OUTPUT} "// Written by http/page/embed.cmake.
#include \"http/page/asset.hpp\"

namespace http {
namespace {

${data}
template <std::size_t size>
std::string_view bytes(const unsigned char (&data)[size]) {
  return {reinterpret_cast<const char*>(data), size};
}

}  // namespace

std::span<const Asset> assets() {
  static const Asset all[] = {
${table}  };
  return all;
}

}  // namespace http
")
