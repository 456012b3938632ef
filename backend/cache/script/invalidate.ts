/**
 * INVALIDATE(key, cause, ...): says whether any key is due now. A key without entry is left alone: nobody follows it and
 * no load of it runs, so its next load starts after the event. Marks of one key that stand together cost one.
 */
export const invalidate = `
local due = 0
local function make(e)
  save(e)
  if not watched(e) and e.wanted == '' then return end
  if not leased(e) and hasten(e) then due = 1 end
  announceLate(e)
end

local e
for n = 2, #ARGV, 2 do
  if not e or e.key ~= ARGV[n] then
    if e and e.known then make(e) end
    e = read(ARGV[n])
  end
  e.required, e.retryAt, e.causes = e.required + 1, 0, remember(e.causes, ARGV[n + 1])
end
if e and e.known then make(e) end
return due
`
