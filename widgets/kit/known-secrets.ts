/** How tokens of well-known makers look, and a JSON Web Token: a pattern for what begins with one. */
export const knownSecret = [
  String.raw`gh[opusr]_\w{16,}|github_pat_\w{16,}|gl(?:pat|dt|rt|cbt|soat|ptt|ft|imt|agent)-[\w-]{16,}|ATATT[\w=-]{16,}`,
  String.raw`xox[a-z]-[\w-]{10,}|xapp-[\w-]{16,}|bot\d{6,}:[\w-]{30,}`,
  // Plain words stand behind `sk-` in names of pages.
  String.raw`[srp]k_(?:live|test)_\w{16,}|whsec_\w{16,}`,
  String.raw`sk-(?:\w{20,}|(?:proj|svcacct|admin|ant-[a-z]+\d+|or-v\d+)-[\w-]{20,})`,
  String.raw`(?:AKIA|ASIA)[A-Z0-9]{16}|AIza[\w-]{30,}|ya29\.[\w-]{16,}|GOCSPX-[\w-]{16,}`,
  // And settings behind `npm_`.
  String.raw`(?:npm|hf|dop_v1|doo_v1|lin_api|sbp|shpat|shpss|tfp|r8|pat)_[a-zA-Z\d]{20,}`,
  String.raw`(?:hubs|figd|glsa|dckr_pat)_[\w-]{20,}`,
  String.raw`nvapi-[\w-]{20,}|pul-[a-f\d]{40}|pat-(?:na|eu)\d-[\w-]{20,}`,
  String.raw`pypi-[\w-]{40,}|SG\.[\w-]{16,}\.[\w-]{16,}|hv[sb]\.[\w-]{16,}|sq0[a-z]{3}-[\w-]{16,}`,
  String.raw`eyJ[\w-]{6,2000}\.[\w-]{6,}\.[\w-]*`,
].join('|')

/** Addresses whose path is the secret: webhooks, which whoever has the address may post to, and private calendars. */
export const secretPath = [
  String.raw`hooks\.slack\.com/(?:services|workflows|triggers)/[^\s"']+`,
  String.raw`discord(?:app)?\.com/api/(?:v\d+/)?webhooks/\d+/[^\s"']+`,
  String.raw`(?:webhook\.office\.com/webhookb2|outlook\.office(?:365)?\.com/webhook)/[^\s"']+`,
  String.raw`hooks\.zapier\.com/hooks/catch/[^\s"']+|hook\.(?:\w+\.)?make\.com/[^\s"']+`,
  String.raw`maker\.ifttt\.com/(?:[\w-]+/)+key/[^\s"']+|/open-apis/bot/v2/hook/[^\s"']+`,
  // Mattermost and Rocket.Chat, on hosts of any name; code has hooks as well, with long names of letters.
  String.raw`/hooks/(?:[a-z\d]{16,}/)?(?=[a-z]*\d)[a-z\d]{24,}\b[^\s"']*`,
  String.raw`/ical/[^\s"']{1,200}/private-[\da-f]{16,}[^\s"']*`,
].join('|')
