-- How much of the journal waits for the records.
-- ARGV: the places to look at
-- Returns {entries, id of the oldest or ''} for each.
local out = {}
for i, p in ipairs(ARGV) do
  local first = call('XRANGE', p .. JOURNAL, '-', '+', 'COUNT', 1)[1]
  out[i] = {call('XLEN', p .. JOURNAL), first and first[1] or ''}
end
return out
