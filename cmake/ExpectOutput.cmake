# cmake -DPROGRAM=<file> -DEXPECTED=<file> -P ExpectOutput.cmake
# Runs the program and compares all that it writes to stdout with the file.
execute_process(COMMAND "${PROGRAM}" OUTPUT_VARIABLE actual RESULT_VARIABLE status)
file(READ "${EXPECTED}" expected)
if(NOT status STREQUAL "0" OR NOT actual STREQUAL expected)
  message(NOTICE "--- expected\n${expected}--- actual, with exit status ${status}\n${actual}---")
  message(FATAL_ERROR "The output of ${PROGRAM} is not that of ${EXPECTED}.")
endif()
