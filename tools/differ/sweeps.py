"""Not random: the answers of every command that both servers have to each wrong number of arguments, and of every
container to a subcommand that there is not."""

# What Redis answers depends on its own state, or never comes.
NOT_SWEPT = {b"monitor", b"psync", b"sync", b"replconf"}
# They take more words than 7.0.15 knows: WITHSCORE of Redis 7.2.
NOT_SWEPT |= {b"zrank", b"zrevrank"}


def wrong_counts(arity):
    """Numbers of words, the command's own name counted, that the arity refuses."""
    return list(range(1, abs(arity))) + ([arity + 1, arity + 2] if arity > 0 else [])


def requests(theirs, commands):
    for name in sorted(commands):
        information = theirs.call(b"COMMAND", b"INFO", name)[0]
        if not information or name in NOT_SWEPT:
            continue
        words = name.split(b"|")
        for count in wrong_counts(information[1]):
            if count >= len(words):
                yield words + [b"x"] * (count - len(words))
        if information[9]:  # it has subcommands
            yield [name, b"nosuch"]
            yield [name, b"nosuch", b"x", b"y"]


def differences(ours, theirs, commands):
    """(words, our reply, their reply) of all that differ, and how many were asked."""
    found, asked = [], 0
    for words in requests(theirs, commands):
        asked += 1
        mine, real = ours.call(*words), theirs.call(*words)
        if type(mine) is not type(real) or mine != real:
            found.append((words, mine, real))
    return found, asked
