-- A leased row is to be sent again later; its lane waits with it.
-- ARGV: place, account, lane, number of the row (8 bytes), tries, when in ms
-- Returns 1, or 0 if the lease was lost.
local p, account, lane = ARGV[1], ARGV[2], ARGV[3]
if not held(call('HGET', p .. FLYING .. account, lane), ARGV[4], ARGV[5]) then return 0 end
local outbox = p .. OUTBOX .. account .. ' ' .. lane
tried(outbox, call('LINDEX', outbox, '0'))
call('HDEL', p .. FLYING .. account, lane)
call('ZADD', p .. MAIL .. account, ARGV[6], lane)
return 1
