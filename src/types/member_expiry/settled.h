// The end of a change of a hash, a set or a sorted set. Owner: the shard's monitor.
#pragma once

#include "keyspace/keyspace.h"

namespace cobnut {

// Behind committed(): an emptied collection goes; `armed`: some member of it got a deadline, for
// which the wheel is armed. False: no memory for that; who is due is still not found.
[[nodiscard]] inline bool settled(Keyspace& keyspace, int db, const Key& key, Found found,
                                  bool empty, bool armed) {
  if (empty) {
    keyspace.remove(db, key, found, Event::kDel);
    return true;
  }
  return !armed || keyspace.arm_members(db, key, found) == Written::kOk;
}

}  // namespace cobnut
