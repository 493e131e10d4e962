-- Counts one more call, unless that would be more than the limit in the window. A ring of 128 slots, each a tenth of a
-- second: its moment, its calls, and those about new tokens. A slot counts until all of it is older than the window.
-- The time is the server's. A slot of a later moment is counted too: the server's clock was set back.
local time = redis.call('TIME')
local now = time[1] * 10 + math.floor(time[2] / 100000)
local oldest = now - tonumber(ARGV[1])
local fields = {}
for slot = 0, 127 do fields[slot + 1] = slot end
local all, new = 0, 0
local current_all, current_new = 0, 0
for _, slot in ipairs(redis.call('HMGET', KEYS[1], unpack(fields))) do
  local at, a, n = string.match(slot or '', '^(%d+) (%d+) (%d+)$')
  at = tonumber(at)
  if at and at >= oldest then
    all, new = all + a, new + n
    if at == now then current_all, current_new = tonumber(a), tonumber(n) end
  end
end
local is_new = tonumber(ARGV[4])
if all >= tonumber(ARGV[2]) or (is_new == 1 and new >= tonumber(ARGV[3])) then return 0 end
local slot = string.format('%d %d %d', now, current_all + 1, current_new + is_new)
redis.call('HSET', KEYS[1], now % 128, slot)
redis.call('PEXPIRE', KEYS[1], 20000)
return 1
