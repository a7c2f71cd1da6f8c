-- A leased row is to be sent again later; its lane waits with it.
-- ARGV: place, account, lane, number of the row (8 bytes), tries, when in ms
-- Returns 1, or 0 if the lease was lost.
local p, account, lane = ARGV[1], ARGV[2], ARGV[3]
local outbox = p .. OUTBOX .. account .. ' ' .. lane
local row = call('LINDEX', outbox, 0)
if not row or not held(row, score_in_mail(p, account, lane), ARGV[4], ARGV[5]) then return 0 end
local tries = math.min(tonumber(ARGV[5]) + 1, 65535)
call('LSET', outbox, 0, string.sub(row, 1, 17) .. struct.pack('>I2', tries) .. string.sub(row, 20))
call('ZADD', p .. MAIL .. account, score_of(ARGV[6], 0), lane)
return 1
