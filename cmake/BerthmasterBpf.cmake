# What a BPF program needs: clang for its target, bpftool for the skeleton, libbpf to load it.
#   berthmaster_bpf_skeleton(name SOURCE x.bpf.c HEADERS a.h b.h)
# makes x.skel.h, with the program's bytes in it, and an interface library `name` to link with for it. The program finds its place
# in the running kernel when it is loaded (CO-RE), so nothing of the build machine's kernel is in it.

find_package(PkgConfig REQUIRED)
pkg_check_modules(LIBBPF REQUIRED IMPORTED_TARGET libbpf>=1.1)
find_program(BERTHMASTER_BPF_CLANG clang REQUIRED)
# Debian keeps it in sbin, which is not in everybody's PATH.
find_program(BERTHMASTER_BPFTOOL bpftool REQUIRED PATHS /usr/sbin /sbin)

# The sanitizers' and the build type's flags are for the machine, not for the kernel: a program is built the same way in all presets.
set(BERTHMASTER_BPF_FLAGS -target bpf -mcpu=v2 -O2 -g -std=gnu11 -Wall -Wextra -Werror -Wno-unused-parameter -I.
  # A path of the build machine in a program would make builds differ for no reason.
  -fdebug-compilation-dir=.)
if(CMAKE_LIBRARY_ARCHITECTURE)
  # Debian's place for <asm/*.h>, which clang does not look into for a foreign target.
  list(APPEND BERTHMASTER_BPF_FLAGS -idirafter /usr/include/${CMAKE_LIBRARY_ARCHITECTURE})
endif()

function(berthmaster_bpf_skeleton name)
  cmake_parse_arguments(ARG "" "SOURCE" "HEADERS" ${ARGN})
  get_filename_component(base ${ARG_SOURCE} NAME_WE)
  # By a relative name, since the name becomes part of the program.
  file(RELATIVE_PATH source ${CMAKE_SOURCE_DIR} ${CMAKE_CURRENT_SOURCE_DIR}/${ARG_SOURCE})
  set(folder ${CMAKE_CURRENT_BINARY_DIR}/skeleton)
  file(MAKE_DIRECTORY ${folder})
  set(object ${folder}/${base}.o)
  set(skeleton ${folder}/${base}.skel.h)
  add_custom_command(
    OUTPUT ${skeleton}
    BYPRODUCTS ${object} ${folder}/${base}.bpf.o
    COMMAND ${BERTHMASTER_BPF_CLANG} ${BERTHMASTER_BPF_FLAGS} -c ${source} -o ${object}
    # Leaves DWARF out and keeps BTF.
    COMMAND ${BERTHMASTER_BPFTOOL} gen object ${folder}/${base}.bpf.o ${object}
    COMMAND ${BERTHMASTER_BPFTOOL} gen skeleton ${folder}/${base}.bpf.o name ${base}_bpf > ${skeleton}
    DEPENDS ${ARG_SOURCE} ${ARG_HEADERS}
    WORKING_DIRECTORY ${CMAKE_SOURCE_DIR}
    COMMENT "Compiling ${ARG_SOURCE} for the kernel"
    VERBATIM)
  add_custom_target(${name}_file DEPENDS ${skeleton})
  add_library(${name} INTERFACE)
  add_dependencies(${name} ${name}_file)
  # A system folder, since our warnings are not for what bpftool writes.
  target_include_directories(${name} SYSTEM INTERFACE ${folder})
  target_link_libraries(${name} INTERFACE PkgConfig::LIBBPF)
endfunction()
