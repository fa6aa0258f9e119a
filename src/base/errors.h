// Every error text that a client can see, with its code (the first word is what clients switch on).
// Redis 7.0.15's words.
#pragma once

#include "base/bytes.h"

namespace cobnut::err {

constexpr Bytes kWrongType = "WRONGTYPE Operation against a key holding the wrong kind of value";
constexpr Bytes kSyntax = "ERR syntax error";
constexpr Bytes kNotInteger = "ERR value is not an integer or out of range";
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
constexpr Bytes kNotPositive = "ERR value is out of range, must be positive";
constexpr Bytes kInvalidCommand = "ERR Invalid command specified";
constexpr Bytes kNoKeyArguments = "ERR The command has no key arguments";
constexpr Bytes kInvalidKeyArguments = "ERR Invalid arguments specified for command";
constexpr Bytes kInvalidKeyArity = "ERR Invalid number of arguments specified for command";
constexpr Bytes kNoConfigFile = "ERR The server is running without a config file";
constexpr Bytes kNoShutdown = "ERR No shutdown in progress.";
constexpr Bytes kNoSave =  // ours
    "ERR SHUTDOWN SAVE is refused: this server does not keep data on disk. Use SHUTDOWN or "
    "SHUTDOWN NOSAVE";

// Texts with a part of the request in them, for Reply::error_format.
constexpr const char* kWrongArity = "ERR wrong number of arguments for '%.*s' command";
constexpr const char* kUnknownArgument = "ERR unknown argument: %.*s";
constexpr const char* kExpireTime = "ERR invalid expire time in '%.*s' command";
constexpr const char* kUnsupportedOption = "ERR Unsupported option %.*s";
constexpr const char* kNamedNotInteger = "ERR %s is not an integer or out of range";
constexpr const char* kNamedNotFloat = "ERR %s is not a valid float";
constexpr const char* kHelloOption = "ERR Syntax error in HELLO option '%.*s'";
constexpr const char* kClientType = "ERR Unknown client type '%.*s'";
constexpr const char* kClientAttribute = "ERR Unrecognized option '%.*s'";
constexpr const char* kClientAttributeText =
    "ERR %.*s cannot contain spaces, newlines or special characters.";
constexpr const char* kClientFlags = "ERR Unknown flags found in the provided filter: %.*s";
constexpr const char* kSubcommandSyntax =
    "ERR unknown subcommand or wrong number of arguments for '%.*s'. Try %s HELP.";
constexpr const char* kNoSuchUser = "ERR No such user '%.*s'";

}  // namespace cobnut::err
