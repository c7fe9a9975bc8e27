// rows: C3
import assert from "node:assert/strict"
import { test } from "node:test"
import { parseEnv } from "../../host/env/index.ts"
import { checkSettingsFile } from "../../host/settings/index.ts"
import { levelNumber } from "../../host/levels.ts"
import { isLevelSpec } from "../../host/settings/level-spec.ts"
import { firmwareSettings } from "../../src/settings/firmware.ts"
import { findRule } from "../../src/settings/schema.ts"
import { readValue } from "../../src/settings/values.ts"
import { Random } from "../vectors/random.ts"

// Damaged settings files, read and checked by the code that the board runs. `npm run test:settings`
// tries 20,000 of them.

const FILES = Number(process.env.FILES ?? 2_000)
const SEED = Number(process.env.SEED ?? 1)
/** The last ones look like a key, once damage has taken the key before them. */
const SECRETS = [
    "hunter2!!hunter2!!",
    "00112233445566778899aabbccddeeff",
    "JBSWY3DPEHPK3PXQGEZA====",
    "ROOM_MZXW6YTBOI=",
]
/** Length of a piece of a secret that no message may have, in characters. */
const TOLD = 6
const OWN = `# settings
WIFI_PWD: secret 8 63 = | password
APP_KEY: key 32 32 = | signs
APP_URL: url = | where it reports to
APP_TOKEN: secret = | signs as well
ROOMS_PIN: secret = | opens
ROOMS: list 0 60 = | where it looks`
const TABLES = [...firmwareSettings(), OWN]

const FILE = `# board 12, hall
_SITE=hall
export HOSTNAME='\${_SITE}-12' # name
LOG_LEVEL="info debug@net warning@task.*"
LOG_BURST = 50

FLUSH_TIME: 2m
FILE_LEVEL=warning
QUEUE_DROP=80
SYSLOG_HOST=collector.example
SYSLOG_PORT=6514
SYSLOG_PROTO=tls
SYSLOG_FAC=local3
WIFI_PWD=${SECRETS[0]}
BACKOFF_MAX=\${_WAIT:-20s}
APP_KEY="${SECRETS[1]}"
ROOMS=\`hall, attic\`
APP_TOKEN=${SECRETS[2]}
ROOMS_PIN=${SECRETS[3]}
APP_URL=https://example.org/a?b=c
DEMO=no
`

/** One way to damage a text. */
function damage(text: string, random: Random): string {
    const at = random.below(text.length)
    const lines = text.split("\n")
    const line = random.below(lines.length)
    switch (random.below(8)) {
        case 0: // a bit
            return (
                text.slice(0, at) +
                String.fromCharCode(
                    text.charCodeAt(at) ^ (1 << random.below(7))
                ) +
                text.slice(at + 1)
            )
        case 1: // a gap
            return text.slice(0, at) + text.slice(at + 1 + random.below(12))
        case 2: // something odd
            return text.slice(0, at) + odd(random) + text.slice(at)
        case 3: // the end is lost
            return text.slice(0, at)
        case 4: // a line twice
            return [...lines, lines[line]].join("\n")
        case 5: // two lines as one
            return lines
                .map((one, i) => (i === line ? one : one + "\n"))
                .join("")
        case 6: // other line ends
            return text.replaceAll("\n", random.below(2) ? "\r\n" : "\r")
        default: // lines change places
            return [...lines.slice(line), ...lines.slice(0, line)].join("\n")
    }
}

function odd(random: Random): string {
    const pieces = [
        ..."'\"`#=:\\\n\r\0 \u2028ä",
        "${",
        "}",
        "${HOSTNAME}",
        "${_SITE:-",
        "=".repeat(300),
        "SYSLOG_HOST=${HOSTNAME}\nHOSTNAME=${SYSLOG_HOST}\n",
        "constructor=1\n",
        "A".repeat(4100),
    ]
    return random.pick(pieces)
}

/** Whether a text has a piece of a secret that is long enough to be recognised. */
function tells(text: string): boolean {
    return SECRETS.some(secret => {
        for (let at = 0; at + TOLD <= secret.length; at++)
            if (text.includes(secret.slice(at, at + TOLD))) return true
        return false
    })
}

/** What the host says of the text as a file of the build, whose keys and values are shorter. */
function faultOfBuild(text: string): string {
    try {
        parseEnv(text, "x.env")
        return ""
    } catch (e) {
        return (e as Error).message
    }
}

test(`${FILES} damaged settings files are refused in their faults only`, async () => {
    const random = new Random(SEED)
    let refused = 0
    let told = 0
    for (let i = 0; i < FILES; i++) {
        let text = FILE
        for (let times = 1 + random.below(4); times > 0; times--)
            text = damage(text || FILE, random)
        const shown = JSON.stringify(text)
        const { texts, problems } = await checkSettingsFile(text, TABLES)
        if (problems.length) refused++
        if (tells(faultOfBuild(text))) told++
        for (const { key, line, message } of problems) {
            assert.ok(line! >= 1, `${message}: no line in ${shown}`)
            const isNamed = findRule(TABLES, key) || message.includes("nearest")
            const place = isNamed ? `${key} (line ${line}): ` : `line ${line}: `
            assert.ok(message.startsWith(place), `${message} in ${shown}`)
            if (tells(message)) told++
        }
        const levels = { level: levelNumber, isSpec: isLevelSpec }
        for (const [key, value] of Object.entries(texts)) {
            const rule = findRule(TABLES, key)
            assert.ok(rule, `${key} in ${shown}`)
            assert.notEqual(readValue(rule, value, levels), undefined, shown)
            // what holds has no fault, and what has one does not hold
            const isOwn = problems.some(problem => problem.key === key)
            assert.ok(!isOwn, `${key} in ${shown}`)
        }
    }
    console.log(
        `${FILES} files, ${refused} with faults, ${told} messages show a piece of a secret`
    )
    assert.equal(told, 0)
    assert.ok(refused > FILES / 3)
})
