// Gathers what the metric table reads from the server and the operating system.
#pragma once

#include "command/server.h"
#include "metrics/metric_table.h"

namespace cobnut {

// A few system calls and a walk over all shards' and loops' published counters: about 100 us.
// Any thread that may read server.options.
MetricFacts gather_metric_facts(Server& server);

// CONFIG RESETSTAT: counters of events, not of what is there now.
void reset_metrics(Server& server);

// How long a command took, on all loops. False: it never ran, or was not tracked.
bool gather_durations(const Server& server, const CommandSpec& spec, DurationCounts& counts);

}  // namespace cobnut
