-- Add a row to a web thread, once.
-- ARGV: origin (the process, for the wake-up), place, lane, number, blob
-- Returns 1, or 0 if a row of this or a higher number is there.
local thread = ARGV[2] .. THREAD .. ARGV[3]
local added = redis.pcall('XADD', thread, 'MAXLEN', '~', THREAD_ROWS, ARGV[4] .. '-0', 'b', ARGV[5])
if type(added) == 'table' and added.err then
  if string.find(added.err, 'equal or smaller', 1, true) then return 0 end
  return added
end
call('EXPIRE', thread, THREAD_TTL_S)
call('PUBLISH', WRITTEN, ARGV[1] .. '\n' .. ARGV[3])
return 1
