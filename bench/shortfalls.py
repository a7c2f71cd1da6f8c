"""Why a row of `make bench` falls short of its goal, and what would close it.

By the row's key; shown only while the row does fall short.
"""

SHORTFALLS = {
    "aiogram": (
        "of an event's CPU a quarter is Redis and its scripts (11 commands an event), a third the turn with rendering "
        "and the session's encoding, a quarter two calls out and their tasks, a tenth HTTP in; journal, order, outbox "
        "and the records' feed are work that aiogram's bot does not do. Leasing a reply's row in the commit itself, "
        "fewer tasks a call and a session encoded without Python would close part of it."
    ),
    "floor": (
        "the handler neither stores, nor answers, nor calls out; four times its CPU has to pay for a durable inbox, a "
        "turn, a commit and two calls. The same changes as for the row against aiogram would close it."
    ),
    "drain": (
        "the bare cycle keeps no order between messages, no epochs, no timers, no leases, and runs no turn; fewer "
        "commands in commit and outbox, and a cheaper turn, would raise it."
    ),
    "latency": (
        "one process carries all roles here; where its core is full, events queue. Less CPU an event, or more "
        "processes, shorten the queue."
    ),
    "engine": (
        "the turn is Python that evaluates expressions, renders templates and copies the session; half of a trivial "
        "handler's CPU needs less of each, such as a session copied only where it changes."
    ),
    "timers": (
        "a due timer is written into its contact's queue and synced, a claimed member only removed; two thirds of the "
        "cost is that write. Shorter members of the ready list would close some of it."
    ),
    "stream": (
        "a message is seen once it is in the records: the projector rests a tenth of a second between batches and "
        "shares one process, and one core, with all other roles here. A projector and a console in processes of their "
        "own would close it."
    ),
    "memory": (
        "a key of its own costs some 90 bytes before it holds anything, the timer's entry in a sorted set 105: more "
        "than the goal. Sessions of many contacts packed into hashes would close it, for more work a turn."
    ),
}
