-- What was said in the last days, hour by hour.
-- ARGV: place, contact, now in ms
-- Returns the lines of each hour in which there were some, oldest first, each line behind its length (2 bytes).
local out = {}
local hour = math.floor(tonumber(ARGV[3]) / 3600000)
for k = hour - RECENT_HOURS, hour do
  out[#out + 1] = call('HGET', ARGV[1] .. RECENT .. k, ARGV[2]) or nil
end
return out
