"""Live events: whoever may see a job hears of its changes within a second, over one stream per page.

`stream` is the door (raw ASGI, beside Django). `station` holds what one process shares: the `hub` of open
pages and the `wire` to the broker, which reads the database instead while the broker is away. `guests` knows
who may listen, `replay` what they missed, `frames` how it is written.
"""
