#include "base/mpsc.h"

#include <sched.h>

namespace cobnut {

void MpscQueue::relax() { sched_yield(); }

}  // namespace cobnut
