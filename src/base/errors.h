// Every error text that a client can see, with its code (the first word is what clients switch on).
// Redis 7.0.15's words.
#pragma once

#include "base/bytes.h"

namespace cobnut::err {

constexpr Bytes kWrongType = "WRONGTYPE Operation against a key holding the wrong kind of value";
constexpr Bytes kSyntax = "ERR syntax error";
constexpr Bytes kNotInteger = "ERR value is not an integer or out of range";
constexpr Bytes kNotPositive = "ERR value is out of range, must be positive";
constexpr Bytes kNotFloat = "ERR value is not a valid float";
constexpr Bytes kOutOfMemory = "OOM command not allowed when used memory > 'maxmemory'.";
constexpr Bytes kNoSuchKey = "ERR no such key";
constexpr Bytes kDbIndex = "ERR DB index is out of range";
constexpr Bytes kSameObject = "ERR source and destination objects are the same";
constexpr Bytes kIntRange =
    "ERR value is out of range, value must between -2147483648 and 2147483647";
constexpr Bytes kFirstDbIndex = "ERR invalid first DB index";
constexpr Bytes kSecondDbIndex = "ERR invalid second DB index";
constexpr Bytes kCursor = "ERR invalid cursor";
constexpr Bytes kNoAuth = "NOAUTH Authentication required.";

// strings
constexpr Bytes kStringTooLong = "ERR string exceeds maximum allowed size (proto-max-bulk-len)";
constexpr Bytes kOffsetRange = "ERR offset is out of range";
constexpr Bytes kIncrementOverflow = "ERR increment or decrement would overflow";
constexpr Bytes kDecrementOverflow = "ERR decrement would overflow";
constexpr Bytes kIncrementNotFinite = "ERR increment would produce NaN or Infinity";
constexpr Bytes kLcsNotStrings = "ERR The specified keys must contain string values";
constexpr Bytes kLcsLengthAndIndexes =
    "ERR If you want both the length and indexes, please just use IDX.";
constexpr Bytes kLcsTooLong = "ERR String too long for LCS";
constexpr Bytes kLcsMemory =
    "ERR Insufficient memory, transient memory for LCS exceeds proto-max-bulk-len";
constexpr Bytes kNumkeys = "ERR invalid numkeys value";                  // Redis 8.4
constexpr Bytes kKeyValuePairs = "ERR wrong number of key-value pairs";  // Redis 8.4
constexpr Bytes kDelexCondition =
    "ERR Invalid condition. Use IFEQ or IFNE";  // Redis 8.4 names two more
// INCREX, Redis 8.8
constexpr Bytes kEnxAlone = "ERR ENX flag requires an expiration";
constexpr Bytes kBoundsCrossed = "ERR LBOUND can't be greater than UBOUND";
constexpr Bytes kFloatIncrementInfinite = "ERR BYFLOAT increment cannot be Infinity";
constexpr Bytes kFloatValueInfinite = "ERR value cannot be Infinity";
constexpr Bytes kAppliedOverflow = "ERR applied increment would overflow";

// hashes
constexpr Bytes kHashNotInteger = "ERR hash value is not an integer";
constexpr Bytes kHashNotFloat = "ERR hash value is not a float";
constexpr Bytes kFloatArgumentInfinite = "ERR value is NaN or Infinity";
constexpr Bytes kOutOfRange = "ERR value is out of range";
// deadlines of members, Redis 7.4 and 8.0
constexpr Bytes kMemberExpireNegative = "ERR invalid expire time, must be >= 0";
constexpr Bytes kMemberExpireMissing = "ERR missing expire time";
constexpr Bytes kFieldCount = "ERR invalid number of fields";
constexpr Bytes kFieldConditions = "ERR Only one of FXX or FNX arguments can be specified";
constexpr Bytes kFieldExpirations =
    "ERR Only one of EX, PX, EXAT, PXAT or KEEPTTL arguments can be specified";
constexpr Bytes kCountRange =
    "ERR value is out of range, value must between -9223372036854775807 and 9223372036854775807";
// sets: several keys
constexpr Bytes kNumkeysNotPositive = "ERR numkeys should be greater than 0";
constexpr Bytes kNumkeysTooMany = "ERR Number of keys can't be greater than number of args";
constexpr Bytes kLimitNegative = "ERR LIMIT can't be negative";

// bits
constexpr Bytes kBitOffset = "ERR bit offset is not an integer or out of range";
constexpr Bytes kBitValue = "ERR bit is not an integer or out of range";
constexpr Bytes kBitArgument = "ERR The bit argument must be 1 or 0.";
constexpr Bytes kBitopNot = "ERR BITOP NOT must be called with a single source key.";
constexpr Bytes kBitfieldType =
    "ERR Invalid bitfield type. Use something like i16 u8. Note that u64 is not supported but i64 "
    "is.";
constexpr Bytes kOverflowType = "ERR Invalid OVERFLOW type specified";
constexpr Bytes kBitfieldReadonly = "ERR BITFIELD_RO only supports the GET subcommand";

// HyperLogLog
constexpr Bytes kNotHyperLogLog = "WRONGTYPE Key is not a valid HyperLogLog string value.";
constexpr Bytes kHyperLogLogCorrupt = "INVALIDOBJ Corrupted HLL object detected";
constexpr Bytes kHyperLogLogDense = "ERR HLL encoding is not sparse";
constexpr Bytes kKeyAbsent = "ERR The specified key does not exist";

// lists
constexpr Bytes kIndexRange = "ERR index out of range";
constexpr Bytes kCountPositive = "ERR count should be greater than 0";
constexpr Bytes kCountNegative = "ERR COUNT can't be negative";
constexpr Bytes kMaxlenNegative = "ERR MAXLEN can't be negative";
constexpr Bytes kRankZero =
    "ERR RANK can't be zero: use 1 to start from the first match, 2 from the second ... or use "
    "negative to start from the end of the list";

// keys
constexpr Bytes kExpireNxWithOthers =
    "ERR NX and XX, GT or LT options at the same time are not compatible";
constexpr Bytes kExpireGtAndLt = "ERR GT and LT options at the same time are not compatible";
constexpr Bytes kNoLfu =
    "ERR An LFU maxmemory policy is not selected, access frequency not tracked. Please note that "
    "when switching between "
    "policies at runtime LRU and LFU data will take some time to adjust.";
constexpr Bytes kLfu =
    "ERR An LFU maxmemory policy is selected, idle time not tracked. Please note that when "
    "switching between policies at "
    "runtime LRU and LFU data will take some time to adjust.";

// streams
constexpr Bytes kStreamId = "ERR Invalid stream ID specified as stream command argument";
constexpr Bytes kIntervalStart = "ERR invalid start ID for the interval";
constexpr Bytes kIntervalEnd = "ERR invalid end ID for the interval";
constexpr Bytes kTrimTwice =
    "ERR syntax error, MAXLEN and MINID options at the same time are not compatible";
constexpr Bytes kTrimLength = "ERR The MAXLEN argument must be >= 0.";
constexpr Bytes kTrimLimit = "ERR The LIMIT argument must be >= 0.";
constexpr Bytes kTrimLimitAlone =
    "ERR syntax error, LIMIT cannot be used without specifying a trimming strategy";
constexpr Bytes kTrimNothing = "ERR syntax error, XTRIM must be called with a trimming strategy";
constexpr Bytes kTrimLimitExact =
    "ERR syntax error, LIMIT cannot be used without the special ~ option";
constexpr Bytes kStreamIdZero = "ERR The ID specified in XADD must be greater than 0-0";
constexpr Bytes kStreamIdNotAbove =
    "ERR The ID specified in XADD is equal or smaller than the target stream top item";
constexpr Bytes kStreamIdsExhausted =
    "ERR The stream has exhausted the last possible ID, unable to add more items";
constexpr Bytes kStreamElementsTooLarge = "ERR Elements are too large to be stored";
constexpr Bytes kEntriesAdded = "ERR entries_added must be positive";
constexpr Bytes kSetIdBelowDeleted =
    "ERR The ID specified in XSETID is smaller than the provided max_deleted_entry_id";
constexpr Bytes kSetIdBelowTop =
    "ERR The ID specified in XSETID is smaller than the target stream top item";
constexpr Bytes kEntriesAddedBelowLength =
    "ERR The entries_added specified in XSETID is smaller than the target stream length";
constexpr Bytes kStreamsUnbalanced =
    "ERR Unbalanced XREAD list of streams: for each stream key an ID or '$' must be specified.";
constexpr Bytes kReadGroupOnly =
    "ERR The GROUP option is only supported by XREADGROUP. You called XREAD instead.";
constexpr Bytes kReadNoackOnly =
    "ERR The NOACK option is only supported by XREADGROUP. You called XREAD instead.";
constexpr Bytes kReadGroupMissing = "ERR Missing GROUP option for XREADGROUP";
constexpr Bytes kReadLastOnly =
    "ERR The $ ID is meaningless in the context of XREADGROUP: you want to read the history of "
    "this consumer by specifying a proper ID, or use the > ID to get new messages. The $ ID would "
    "just return an empty result set.";
constexpr Bytes kReadNewOnly =
    "ERR The > ID can be specified only when calling XREADGROUP using the GROUP <group> "
    "<consumer> option.";
constexpr Bytes kNoWaiting =  // ours
    "ERR There is nothing to read, and waiting with BLOCK is not supported yet";
constexpr Bytes kGroupNeedsKey =
    "ERR The XGROUP subcommand requires the key to exist. Note that for CREATE you may want to use "
    "the MKSTREAM option to create an empty stream automatically.";
constexpr Bytes kGroupExists = "BUSYGROUP Consumer Group name already exists";
constexpr Bytes kEntriesRead = "ERR value for ENTRIESREAD must be positive or -1";
constexpr Bytes kClaimIdle = "ERR Invalid min-idle-time argument for XCLAIM";
constexpr Bytes kClaimIdleOption = "ERR Invalid IDLE option argument for XCLAIM";
constexpr Bytes kClaimTime = "ERR Invalid TIME option argument for XCLAIM";
constexpr Bytes kClaimRetryCount = "ERR Invalid RETRYCOUNT option argument for XCLAIM";
constexpr Bytes kAutoClaimIdle = "ERR Invalid min-idle-time argument for XAUTOCLAIM";
constexpr Bytes kAutoClaimCount = "ERR COUNT must be > 0";
// XDELEX and XACKDEL, Redis 8.2
constexpr Bytes kNumids = "ERR Number of IDs must be a positive integer";
constexpr Bytes kNumidsMismatch = "ERR The `numids` parameter must match the number of arguments";
constexpr Bytes kIdsRequired = "ERR IDS option is required";
// sorted sets
constexpr Bytes kNxAndXx = "ERR XX and NX options at the same time are not compatible";
constexpr Bytes kGtLtAndNx = "ERR GT, LT, and/or NX options at the same time are not compatible";
constexpr Bytes kZaddIncrPairs = "ERR INCR option supports a single increment-element pair";
constexpr Bytes kScoreNotANumber = "ERR resulting score is not a number (NaN)";
constexpr Bytes kScoreRange = "ERR min or max is not a float";
constexpr Bytes kLexRange = "ERR min or max not valid string range item";
constexpr Bytes kLimitByRank =
    "ERR syntax error, LIMIT is only supported in combination with either BYSCORE or BYLEX";
constexpr Bytes kScoresByLex =
    "ERR syntax error, WITHSCORES not supported in combination with BYLEX";
constexpr Bytes kCountNotPositive = "ERR count should be greater than 0";
constexpr Bytes kWeightNotFloat = "ERR weight value is not a float";

// geo
constexpr Bytes kGeoUnit = "ERR unsupported unit provided. please use M, KM, FT, MI";
constexpr Bytes kGeoMember = "ERR could not decode requested zset member";
constexpr Bytes kGeoRadiusNotFloat = "ERR need numeric radius";
constexpr Bytes kGeoRadiusNegative = "ERR radius cannot be negative";
constexpr Bytes kGeoWidthNotFloat = "ERR need numeric width";
constexpr Bytes kGeoHeightNotFloat = "ERR need numeric height";
constexpr Bytes kGeoBoxNegative = "ERR height or width cannot be negative";
constexpr Bytes kGeoCount = kAutoClaimCount;
constexpr Bytes kGeoAny = "ERR the ANY argument requires COUNT argument";
constexpr Bytes kGeoSearchStoreWith =
    "ERR GEOSEARCHSTORE is not compatible with WITHDIST, WITHHASH and WITHCOORD options";
constexpr Bytes kGeoRadiusStoreWith =
    "ERR STORE option in GEORADIUS is not compatible with WITHDIST, WITHHASH and WITHCOORD options";

// DUMP and RESTORE
constexpr Bytes kBusyKey = "BUSYKEY Target key name already exists.";
constexpr Bytes kRestoreTtl = "ERR Invalid TTL value, must be >= 0";
constexpr Bytes kIdletimeRange = "ERR Invalid IDLETIME value, must be >= 0";
constexpr Bytes kFreqRange = "ERR Invalid FREQ value, must be >= 0 and <= 255";
constexpr Bytes kDumpChecksum = "ERR DUMP payload version or checksum are wrong";
constexpr Bytes kBadDataFormat = "ERR Bad data format";

// SORT
constexpr Bytes kNotDouble = "ERR One or more scores can't be converted into double";

// connection
constexpr Bytes kWrongPass = "WRONGPASS invalid username-password pair or user is disabled.";
constexpr Bytes kNoPassword =
    "ERR AUTH <password> called without any password configured for the default user. Are you sure "
    "your configuration is correct?";
constexpr Bytes kHelloNoAuth =
    "NOAUTH HELLO must be called with the client already authenticated, otherwise the HELLO AUTH "
    "<user> <pass> option can be used to authenticate the client and select the RESP protocol "
    "version at the same time";
constexpr Bytes kNoProto = "NOPROTO unsupported protocol version";
constexpr Bytes kProtocolNotInteger = "ERR Protocol version is not an integer or out of range";
constexpr Bytes kClientName =
    "ERR Client names cannot contain spaces, newlines or special characters.";
constexpr Bytes kClientId = "ERR Invalid client ID";
constexpr Bytes kClientIdRange = "ERR client-id should be greater than 0";
constexpr Bytes kNoSuchClient = "ERR No such client";
constexpr Bytes kIdleNotInteger = "ERR idle is not an integer or out of range";  // Valkey 9.0
constexpr Bytes kIdleRange = "ERR idle should be greater than 0";                // Valkey 9.0
constexpr Bytes kPauseMode = "ERR CLIENT PAUSE mode must be WRITE or ALL";
constexpr Bytes kUnblockReason = "ERR CLIENT UNBLOCK reason should be TIMEOUT or ERROR";
constexpr Bytes kTimeoutNotInteger = "ERR timeout is not an integer or out of range";
constexpr Bytes kTimeoutNegative = "ERR timeout is negative";
constexpr Bytes kUnblocked = "UNBLOCKED client unblocked via CLIENT UNBLOCK";
constexpr Bytes kMaxAgeNotInteger = "ERR maxage is not an integer or out of range";  // Redis 7.4
constexpr Bytes kMaxAgeRange = "ERR maxage should be greater than 0";                // Redis 7.4

// server
constexpr Bytes kFunctionFlushOption = "ERR FUNCTION FLUSH only supports SYNC|ASYNC option";
constexpr Bytes kNoLocalToWaitFor =  // Redis 7.2
    "ERR WAITAOF cannot be used when numlocal is set but appendonly is disabled.";
constexpr Bytes kZeroOrOne = "ERR value is out of range, value must between 0 and 1";
constexpr Bytes kInvalidCommand = "ERR Invalid command specified";
constexpr Bytes kNoKeyArguments = "ERR The command has no key arguments";
constexpr Bytes kInvalidKeyArguments = "ERR Invalid arguments specified for command";
constexpr Bytes kInvalidKeyArity = "ERR Invalid number of arguments specified for command";
constexpr Bytes kNoConfigFile = "ERR The server is running without a config file";
constexpr Bytes kNoShutdown = "ERR No shutdown in progress.";
constexpr Bytes kNoSave =  // ours
    "ERR SHUTDOWN SAVE is refused: this server does not keep data on disk. Use SHUTDOWN or "
    "SHUTDOWN NOSAVE";
constexpr Bytes kPositiveRange = "ERR value is out of range, must be positive";
constexpr Bytes kNoResp2 = "ERR RESP2 is not supported by this command";
constexpr Bytes kProtocolType =
    "ERR Wrong protocol type name. Please use one of the following: "
    "string|integer|double|bignum|null|array|set|map|attrib|push|verbatim|true|false";
constexpr Bytes kDebugNotAllowed =
    "ERR DEBUG command not allowed. If the enable-debug-command option is set to \"local\", you "
    "can "
    "run it from a local connection, otherwise you need to set this option in the configuration "
    "file, and then restart the server.";
constexpr Bytes kMonitorNoKeys = "ERR Replica can't interact with the keyspace";
constexpr Bytes kSlowlogCount = "ERR count should be greater than or equal to -1";

// Texts with a part of the request in them, for Reply::error_format.
constexpr const char* kWrongArity = "ERR wrong number of arguments for '%.*s' command";
constexpr const char* kUnknownArgument = "ERR unknown argument: %.*s";
constexpr const char* kBitopSources =  // Redis 8.2
    "ERR BITOP %.*s must be called with at least two source keys.";
constexpr const char* kUnknownPfdebug = "ERR Unknown PFDEBUG subcommand '%.*s'";
constexpr const char* kSelfTestRegister = "TESTFAILED register %lld is not what was written";
constexpr const char* kSelfTestEstimate =
    "TESTFAILED the estimate, or the sparse form, is wrong after %llu elements";
constexpr const char* kExpireTime = "ERR invalid expire time in '%.*s' command";
constexpr const char* kNoInputKeys = "ERR at least 1 input key is needed for '%.*s' command";
constexpr const char* kGeoPosition = "ERR invalid longitude,latitude pair %f,%f";
constexpr const char* kGeoNoCenter =
    "ERR exactly one of FROMMEMBER or FROMLONLAT can be specified for %.*s";
constexpr const char* kGeoNoShape =
    "ERR exactly one of BYRADIUS and BYBOX can be specified for %.*s";
constexpr const char* kUnsupportedOption = "ERR Unsupported option %.*s";
constexpr const char* kNamedNotInteger = "ERR %s is not an integer or out of range";
constexpr const char* kNamedNotFloat = "ERR %s is not a valid float";
constexpr const char* kHelloOption = "ERR Syntax error in HELLO option '%.*s'";
constexpr const char* kClientType = "ERR Unknown client type '%.*s'";
constexpr const char* kClientAttribute = "ERR Unrecognized option '%.*s'";
constexpr const char* kClientAttributeText =
    "ERR %.*s cannot contain spaces, newlines or special characters.";
constexpr const char* kClientFlags = "ERR Unknown flags found in the provided filter: %.*s";
constexpr const char* kNoGroup = "NOGROUP No such consumer group '%.*s' for key name '%.*s'";
constexpr const char* kNoKeyOrGroup = "NOGROUP No such key '%.*s' or consumer group '%.*s'";
constexpr const char* kReadNoGroup =
    "NOGROUP No such key '%.*s' or consumer group '%.*s' in XREADGROUP with GROUP option";
constexpr const char* kClaimOption = "ERR Unrecognized XCLAIM option '%.*s'";
constexpr const char* kSubcommandSyntax =
    "ERR unknown subcommand or wrong number of arguments for '%.*s'. Try %s HELP.";
constexpr Bytes kPackedThreshold =
    "ERR argument must be a memory value bigger than 1 and smaller than 4gb";
constexpr const char* kDebugUnknown =
    "ERR unknown subcommand or wrong number of arguments for '%.*s'. Try DEBUG HELP.";
constexpr const char* kNoLatencySamples = "ERR No samples available for event '%.*s'";
constexpr const char* kNoSuchUser = "ERR No such user '%.*s'";

}  // namespace cobnut::err
