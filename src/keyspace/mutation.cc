#include "keyspace/mutation.h"

namespace cobnut {

const char* event_name(Event event) {
  switch (event) {
    case Event::kNone:
      return "";
    case Event::kSet:
      return "set";
    case Event::kAppend:
      return "append";
    case Event::kSetrange:
      return "setrange";
    case Event::kIncrby:
      return "incrby";
    case Event::kDecrby:
      return "decrby";
    case Event::kIncrbyfloat:
      return "incrbyfloat";
    case Event::kDel:
      return "del";
    case Event::kExpired:
      return "expired";
    case Event::kEvicted:
      return "evicted";
    case Event::kExpire:
      return "expire";
    case Event::kPersist:
      return "persist";
    case Event::kRenameFrom:
      return "rename_from";
    case Event::kRenameTo:
      return "rename_to";
    case Event::kCopyTo:
      return "copy_to";
    case Event::kMoveFrom:
      return "move_from";
    case Event::kMoveTo:
      return "move_to";
    case Event::kNew:
      return "new";
  }
  return "";
}

}  // namespace cobnut
