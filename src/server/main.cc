// The program: reads its arguments and runs the server.
#include "server/server.h"

int main() { return cobnut::run_server({}, {}); }
