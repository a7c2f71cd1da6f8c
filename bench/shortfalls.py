"""Why a row of `make bench` falls short of its goal, and what would close it.

By the row's key; shown only while the row does fall short.
"""

SHORTFALLS = {
    "aiogram": (
        "a third of an event's CPU is Redis (its scripts touch some 28 keys an event) and redis-py, a quarter turn, "
        "rendering and encoding, the rest HTTP, in once and out twice; fewer keys and leaner HTTP would close most."
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
    "memory": (
        "the session remembers visits, history, times and keyboards, and the timer is an entry of a sorted set; "
        "aiogram's two keys hold a state and the variables alone. A shorter encoding and fewer keys would close it."
    ),
}
