"""When two replies mean the same. A rule is a function (words, ours, theirs) of the replies, or an
Interactive, whose function talks to both servers itself."""

import math

import resp


class Interactive:
    """function(words, ours, theirs) of the two sides; answers (equal, our reply, their reply)."""

    def __init__(self, function):
        self.function = function


def identical(ours, theirs):
    """Equal in their types too, at every depth; NaN equals NaN."""
    if type(ours) is not type(theirs):
        return False
    if isinstance(ours, (list, tuple)):
        return len(ours) == len(theirs) and all(map(identical, ours, theirs))
    if isinstance(ours, float) and math.isnan(ours):
        return math.isnan(theirs)
    return ours == theirs


def same(words, ours, theirs):
    if isinstance(ours, resp.Error) and isinstance(theirs, resp.Error):
        if any(b"\0" in word for word in words):
            # Redis repeats client data up to its first zero byte, we repeat all of it.
            return ours.split("\0")[0].split(" '")[0] == theirs.split(" '")[0]
    return identical(ours, theirs)


def in_order(reply):
    """The same elements in an order that depends on them alone."""
    return type(reply)(sorted(reply, key=repr))


def any_order(words, ours, theirs):
    if isinstance(ours, list) and isinstance(theirs, list):
        return identical(in_order(ours), in_order(theirs))
    return same(words, ours, theirs)


def pairs(flat):
    return [(flat[at], flat[at + 1]) for at in range(0, len(flat) - 1, 2)]


def any_order_of_pairs(words, ours, theirs):
    """A map: of RESP3, or RESP2's flat list of names and values."""
    if type(ours) is type(theirs) is list and len(ours) == len(theirs):
        return any_order(words, pairs(ours), pairs(theirs))
    return any_order(words, ours, theirs)


def same_length(words, ours, theirs):
    if isinstance(ours, list) and isinstance(theirs, list):
        return type(ours) is type(theirs) and len(ours) == len(theirs)
    return same(words, ours, theirs)


def both_nil_or_not(words, ours, theirs):
    if isinstance(ours, resp.Error) or isinstance(theirs, resp.Error):
        return same(words, ours, theirs)
    return type(ours) is type(theirs)


def masked(mask):
    """Compares what `mask` leaves of the replies."""
    return lambda words, ours, theirs: same(words, mask(ours), mask(theirs))


# -- walks: SCAN and its like are run to their end on each side, and what they saw is compared

WALK_CALLS_MAX = 100_000


def walked(side, words, cursor_at):
    """The reply of a walk's first call when it is an error, else what all of its calls saw."""
    reply = side.client.call(*words)
    if not is_cursor_reply(reply) or words[cursor_at : cursor_at + 1] != [b"0"]:
        return reply
    seen = list(reply[1])
    for _ in range(WALK_CALLS_MAX):
        if reply[0] == b"0":
            return ["walk", seen]
        reply = side.client.call(*words[:cursor_at], reply[0], *words[cursor_at + 1 :])
        if not is_cursor_reply(reply):
            return reply
        seen += reply[1]
    return ["endless walk"]


def is_cursor_reply(reply):
    return type(reply) is list and len(reply) == 2 and isinstance(reply[1], list)


def walk_at(cursor_at, of_pairs=False):
    def run(words, ours, theirs):
        mine, real = (walked(side, words, cursor_at) for side in (ours, theirs))
        if is_cursor_reply(mine) and is_cursor_reply(real):
            if mine[0] == "walk" and real[0] == "walk":
                sets = [sorted(set(pairs(x[1]) if of_pairs else x[1])) for x in (mine, real)]
                return sets[0] == sets[1], mine, real
            # a cursor of nobody's: what it sees depends on the table
            return (mine[0] == "walk") == (real[0] == "walk"), mine, real
        return same(words, mine, real), mine, real

    return Interactive(run)


walk = walk_at(1)
walk_of_members = walk_at(2)
walk_of_pairs = walk_at(2, of_pairs=True)


# -- random answers: checked against the collection that they are from

# The members of a collection and their values, with which to check an answer.
CONTENTS = {
    b"HRANDFIELD": lambda key: (b"HGETALL", key),
    b"SRANDMEMBER": lambda key: (b"SMEMBERS", key),
    b"ZRANDMEMBER": lambda key: (b"ZRANGE", key, b"0", b"-1", b"WITHSCORES"),
}


def flat(reply):
    """RESP3's nested pairs as RESP2's flat list."""
    return [part for item in reply for part in (item if isinstance(item, (list, tuple)) else [item])]


def is_sample(words, reply, contents):
    """Whether a reply of SRANDMEMBER's kind can be one of that collection."""
    members = set(contents if words[0].upper() == b"SRANDMEMBER" else contents[::2])
    if len(words) == 2:
        return reply in members if members else reply is None
    values = flat(reply)
    with_values = len(words) > 3
    if with_values:
        known = set(pairs(contents))
        if not all(pair in known for pair in pairs(values)):
            return False
    drawn = values[::2] if with_values else values
    count = int(words[2])
    if not all(one in members for one in drawn):
        return False
    if count < 0:
        return len(drawn) == (-count if members else 0)
    return len(drawn) == len(set(drawn)) == min(count, len(members))


def sample(words, ours, theirs):
    replies = []
    for side in (ours, theirs):
        reply = side.client.call(*words)
        if isinstance(reply, resp.Error):
            replies.append(reply)
            continue
        contents = flat(side.client.call(*CONTENTS[words[0].upper()](words[1])))
        replies.append(reply if is_sample(words, reply, contents) else ["no sample of", contents, reply])
    shapes = [shape(reply) for reply in replies]
    if any(isinstance(reply, resp.Error) for reply in replies):
        return same(words, *replies), *replies
    good = not any(isinstance(reply, list) and reply[:1] == ["no sample of"] for reply in replies)
    return good and shapes[0] == shapes[1], *replies


def shape(reply):
    """The types of a reply without what it says."""
    if isinstance(reply, list):
        return type(reply).__name__, [shape(item) for item in reply]
    return type(reply).__name__


# -- SPOP takes what chance wants: each side then loses what the other one has lost, so both stay equal


def popped(words, ours, theirs):
    replies = [side.client.call(*words) for side in (ours, theirs)]
    if not all(isinstance(reply, (bytes, list)) for reply in replies):
        return same(words, *replies), *replies
    lost = [set(reply if isinstance(reply, list) else [reply]) for reply in replies]
    equal = shape(replies[0]) == shape(replies[1])
    common = len(lost[0] & lost[1])
    for side, others in ((ours, lost[1]), (theirs, lost[0])):
        if others:
            removed = side.client.call(b"SREM", words[1], *sorted(others))
            equal = equal and removed == len(others) - common
    return equal, *replies


def counted_keys(words, ours, theirs):
    replies = []
    for side in (ours, theirs):
        side.client.call(b"EXISTS", *side.keys)  # a key that is due counts until somebody looks
        replies.append(side.client.call(*words))
    return same(words, *replies), *replies


def after_looking(words, ours, theirs):
    for side in (ours, theirs):
        side.client.call(b"EXISTS", *side.keys)
    replies = [side.client.call(*words) for side in (ours, theirs)]
    return both_nil_or_not(words, *replies), *replies


counted = Interactive(counted_keys)
nil_or_not_after_looking = Interactive(after_looking)
random_sample = Interactive(sample)
random_pop = Interactive(popped)
