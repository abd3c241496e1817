# The live page, embedded as one C++ file of the library http.
find_program(GZIP gzip REQUIRED)
find_file(DYGRAPHS dygraph.min.js PATHS /usr/share/javascript/dygraphs REQUIRED)
find_file(DYGRAPHS_COPYRIGHT copyright PATHS /usr/share/doc/libjs-dygraphs REQUIRED NO_DEFAULT_PATH)

set(page_dir ${CMAKE_CURRENT_BINARY_DIR}/page)
file(MAKE_DIRECTORY ${page_dir})
# Without the sourceMappingURL line: the map is not served.
add_custom_command(OUTPUT ${page_dir}/dygraph.js
  COMMAND sed "/^..# sourceMappingURL=/d" ${DYGRAPHS} > ${page_dir}/dygraph.js
  DEPENDS ${DYGRAPHS} VERBATIM)
configure_file(${DYGRAPHS_COPYRIGHT} ${page_dir}/dygraph-licence.txt COPYONLY)

file(GLOB page_files CONFIGURE_DEPENDS page/*.html page/*.css page/*.js page/*.svg)
list(APPEND page_files ${page_dir}/dygraph.js ${page_dir}/dygraph-licence.txt)
add_custom_command(OUTPUT ${page_dir}/assets.cpp
  COMMAND ${CMAKE_COMMAND} -DOUTPUT=${page_dir}/assets.cpp -DGZIP=${GZIP} "-DFILES=${page_files}"
    -P ${CMAKE_CURRENT_LIST_DIR}/embed.cmake
  DEPENDS ${page_files} ${CMAKE_CURRENT_LIST_DIR}/embed.cmake VERBATIM)
target_sources(http PRIVATE ${page_dir}/assets.cpp)
set_source_files_properties(${page_dir}/assets.cpp PROPERTIES SKIP_PRECOMPILE_HEADERS ON)

install(FILES ${DYGRAPHS_COPYRIGHT} DESTINATION ${CMAKE_INSTALL_DOCDIR} RENAME copyright.dygraphs)
