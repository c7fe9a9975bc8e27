/** The settings of updates over the air: a table for `startCore` or `loadSettings`. */
export const OTA_SETTINGS = `# settings
OTA_KEY: key 64 64 = | signs updates (HMAC) and opens sealed ones; without a key there are none
OTA_PUBKEY: text 0 80 = | LMS key that signs updates; with it nothing else does
OTA_URL: url = | signed file that is asked for
OTA_POLL: duration 5s 7d = 1h | time between two questions
OTA_REPORT: url = | takes reports of versions by POST
OTA_PROBATION: duration 10s 1h = 3m | how long a new version must hold`
