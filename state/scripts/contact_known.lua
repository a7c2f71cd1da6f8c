-- Whether contacts were ever heard of.
-- ARGV: for each: place, contact
-- Returns 1 or 0 for each.
local out = {}
for i = 1, #ARGV, 2 do
  local p, contact = ARGV[i], ARGV[i + 1]
  out[#out + 1] = call('EXISTS', p .. SESSION .. contact, p .. INBOX .. contact, p .. CONTROL .. contact) > 0 and 1 or 0
end
return out
