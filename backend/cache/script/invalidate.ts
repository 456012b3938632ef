import { grant } from './lease.ts'

/**
 * INVALIDATE(token, ttl, key, cause, minInterval, ...): whether any key is due now and not leased, now, then of each
 * leased one its key, the hash of what it has, failures and leases lost. Those with a `minInterval` are leased. A key without entry
 * is left alone: nobody follows it and no load of it runs, so its next load starts after the event. Marks of one key
 * that stand together cost one.
 */
export const invalidate = `
${grant}
local reply = { 0, now }

local function make(e, minInterval)
  if watched(e) or e.wanted ~= '' then
    if not leased(e) then
      if minInterval ~= '' and earliest(e) <= now then
        local lost = grant(e, ARGV[2], ARGV[3], minInterval)
        schedule(e)
        local at = #reply
        reply[at + 1], reply[at + 2], reply[at + 3], reply[at + 4] = e.key, e.hash, e.failures, lost
      else
        press(e)
        if hasten(e) then reply[1] = 1 end
      end
    end
    announceLate(e)
  end
  save(e)
end

local e
for n = 4, #ARGV, 3 do
  if not e or e.key ~= ARGV[n] then
    if e and e.known then make(e, ARGV[n - 1]) end
    e = read(ARGV[n])
  end
  e.required, e.causes = e.required + 1, remember(e.causes, ARGV[n + 1])
  -- What is set aside stays there, whatever happens.
  e.retryAt = e.aside > now and e.aside or 0
end
if e and e.known then make(e, ARGV[#ARGV]) end
return reply
`
