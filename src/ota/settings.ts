/** The settings of updates over the air: a table for `startCore` or `loadSettings`. */
export const OTA_SETTINGS = `# settings
OTA_KEY: key 64 64 = | verifies HMAC signatures and opens sealed files; without any key updates are off
OTA_PUBKEY: text 0 80 = | public LMS key; if it is set, only LMS signatures count
OTA_URL: url = | address of the signed file
OTA_POLL: duration 5s 7d = 1h | time between two requests for it
OTA_REPORT: url = | address that reports are sent to, by POST
OTA_PROBATION: duration 10s 1h = 3m | how long a new version must run before it is kept`
