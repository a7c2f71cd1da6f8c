-- Add a row to a web thread, once.
-- ARGV: origin (the process, for the wake-up), partition, lane, number, blob
-- Returns 1, or 0 if a row of this or a higher number is there.
local thread = of(ARGV[2], THREAD, ARGV[3])
local last = call('XREVRANGE', thread, '+', '-', 'COUNT', 1)[1]
if last and tonumber(string.match(last[1], '^%d+')) >= tonumber(ARGV[4]) then return 0 end
call('XADD', thread, 'MAXLEN', '~', THREAD_ROWS, ARGV[4] .. '-0', 'b', ARGV[5])
call('EXPIRE', thread, THREAD_TTL_S)
call('PUBLISH', WRITTEN, ARGV[1] .. '\n' .. ARGV[3])
return 1
