// The one record that every write leaves through (ARCHITECTURE §2). Keyspace makes it, after the
// change and under the shard's monitor; the log, the backups, keyspace events, client tracking,
// WATCH and accounting are its listeners. No command can forget one of them: there is no way to
// change a key that does not pass here.
#pragma once

#include <cstdint>

#include "base/hash.h"

namespace cobnut {

// What Redis calls the keyspace event; event_name() is the text of a notification.
enum class Event : uint8_t {
  kNone,  // no notification (a change that Redis does not announce)
  kSet,
  kAppend,
  kSetrange,
  kIncrby,
  kDecrby,
  kIncrbyfloat,
  kSetbit,
  kPfadd,
  kDel,
  kExpired,
  kEvicted,
  kExpire,
  kPersist,
  kRenameFrom,
  kRenameTo,
  kCopyTo,
  kMoveFrom,
  kMoveTo,
  kRestore,
  kSortstore,
  kNew,
  kLpush,
  kRpush,
  kLpop,
  kRpop,
  kLinsert,
  kLset,
  kLrem,
  kLtrim,
  kHset,
  kHdel,
  kHincrby,
  kHincrbyfloat,
  kHexpire,
  kHpersist,
  kHexpired,
  kSadd,
  kSrem,
  kSpop,
  kSinterstore,
  kSunionstore,
  kSdiffstore,
  kSexpire,
  kSpersist,
  kSexpired,
  kZadd,
  kZincr,
  kZrem,
  kZremrangebyrank,
  kZremrangebyscore,
  kZremrangebylex,
  kZpopmin,
  kZpopmax,
  kZinterstore,
  kZunionstore,
  kZdiffstore,
  kZrangestore,
  kZexpire,
  kZpersist,
  kZexpired,
  kGeosearchstore,
  kGeoradiusstore,
  kXadd,
  kXdel,
  kXtrim,
  kXsetid,
  kXgroupCreate,
  kXgroupCreateconsumer,
  kXgroupDelconsumer,
  kXgroupDestroy,
  kXgroupSetid,
  kXack,
  kXclaim,
  kXautoclaim,
  kXreadgroup,
  kCount,
};
const char* event_name(Event event);

struct Mutation {
  enum class Kind : uint8_t {
    kPut,      // the key has this value (and expiry)
    kRemoved,  // the key is gone
    kExpiry,   // only its expiry changed
    kNotice,  // nothing changed: a second event of a change that was told before (SET EX: "expire")
  };
  Kind kind;
  Event event;
  uint8_t db;
  Key key;  // a view, valid during the call
};

// Called under the monitor: may not block, enter a shard or change the keyspace.
class MutationListener {
 public:
  virtual ~MutationListener() = default;
  virtual void on_mutation(const Mutation& mutation) = 0;
};

}  // namespace cobnut
