import { LATE_AFTER } from '../cache.ts'

/**
 * INVALIDATE(key, cause, ...): reads no more of each hash than it needs, because bursts come through here. A key without
 * entry is left alone: nobody follows it and no load of it runs, so its next load starts after the event.
 */
export const invalidate = `
local due = 0
for n = 2, #ARGV, 2 do
  local key = ARGV[n]
  local at = prefix .. 'entry:' .. key
  local found = redis.call('HMGET', at, 'required', 'causes', 'watchedUntil', 'token', 'leaseUntil', 'leaseIn',
    'startedAt', 'minInterval', 'announced', 'offsetIn', 'wanted')
  if found[1] then
    redis.call('HSET', at, 'required', found[1] + 1, 'retryAt', 0, 'causes', remember(found[2] or '', ARGV[n + 1]))
    local watches = tonumber(found[3] or 0) > now
    if watches or (found[11] or '') ~= '' then
      if not leased({ token = found[6] == epoch and found[4] or '', leaseUntil = tonumber(found[5] or 0) }) then
        local start = math.max(now, (found[7] or 0) + (found[8] or 0))
        redis.call('ZADD', dirty, 'LT', start, key)
        if start <= now then due = 1 end
      end
      if watches and not (found[9] == '1' and found[10] == epoch) then
        redis.call('ZADD', late, 'NX', now + ${LATE_AFTER}, key)
      end
    end
  end
end
return due
`
