// rows: C3
import assert from "node:assert/strict"
import { test } from "node:test"
import { checkSettingsFile } from "../../host/settings/index.ts"
import { levelNumber } from "../../host/levels.ts"
import { levelSpecFault } from "../../host/settings/level-spec.ts"
import { FIRMWARE_SETTINGS } from "../../src/settings/firmware.ts"
import { findRule } from "../../src/settings/schema.ts"
import { readValue } from "../../src/settings/values.ts"

// Damaged settings files, read and checked by the code that the board runs. `npm run test:settings`
// tries 20,000 of them.

const FILES = Number(process.env.FILES ?? 2_000)
const SEED = Number(process.env.SEED ?? 1)
const SECRETS = ["hunter2!!hunter2!!", "00112233445566778899aabbccddeeff"]
const OWN = `# settings
WIFI_PWD: secret 8 63 = | password
APP_KEY: key 32 32 = | signs
APP_URL: url = | where it reports to
ROOMS: list 0 60 = | where it looks`
const TABLES = [...FIRMWARE_SETTINGS, OWN]

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
APP_URL=https://example.org/a?b=c
DEMO=no
`

function generator(seed: number): (below: number) => number {
    return below => {
        seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0
        return Math.floor((seed / 2 ** 32) * below)
    }
}

/** One way to damage a text. */
function damage(text: string, random: (below: number) => number): string {
    const at = random(text.length)
    const lines = text.split("\n")
    const line = random(lines.length)
    switch (random(8)) {
        case 0: // a bit
            return (
                text.slice(0, at) +
                String.fromCharCode(text.charCodeAt(at) ^ (1 << random(7))) +
                text.slice(at + 1)
            )
        case 1: // a gap
            return text.slice(0, at) + text.slice(at + 1 + random(12))
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
            return text.replaceAll("\n", random(2) ? "\r\n" : "\r")
        default: // lines change places
            return [...lines.slice(line), ...lines.slice(0, line)].join("\n")
    }
}

function odd(random: (below: number) => number): string {
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
    return pieces[random(pieces.length)]!
}

/**
 * Whether damage has put a secret behind another key, with nothing of its own key left: then it
 * cannot be recognised as a secret.
 */
function isMoved(problem: string, text: string, secret: string): boolean {
    const key = /^(\w+) /.exec(problem)?.[1]
    const line = `^(export )?${key}[^=\n]*[=:][^=\n]*${secret.slice(0, 8)}`
    return !!key && new RegExp(line, "m").test(text)
}

test(`${FILES} damaged settings files are refused in their faults only`, async () => {
    const random = generator(SEED)
    let refused = 0
    let moved = 0
    for (let i = 0; i < FILES; i++) {
        let text = FILE
        for (let times = 1 + random(4); times > 0; times--)
            text = damage(text || FILE, random)
        const told = JSON.stringify(text)
        const { texts, problems } = await checkSettingsFile(text, TABLES)
        if (problems.length) refused++
        for (const { key, line, message } of problems) {
            assert.ok(line! >= 1, `${message}: no line in ${told}`)
            const place = key ? `${key} (line ${line}): ` : `line ${line}: `
            assert.ok(message.startsWith(place), `${message} in ${told}`)
            for (const secret of SECRETS)
                if (message.includes(secret.slice(0, 8))) {
                    assert.ok(
                        isMoved(message, text, secret),
                        `${message} in ${told}`
                    )
                    moved++
                }
        }
        const levels = { level: levelNumber, specFault: levelSpecFault }
        for (const [key, { text: value }] of Object.entries(texts)) {
            const rule = findRule(TABLES, key)
            assert.ok(rule, `${key} in ${told}`)
            assert.notEqual(readValue(rule, value, levels), undefined, told)
            // what holds has no fault, and what has one does not hold
            const isOwn = problems.some(problem => problem.key === key)
            assert.ok(!isOwn, `${key} in ${told}`)
        }
    }
    console.log(
        `${FILES} files, ${refused} with faults, ${moved} secrets in the place of another value`
    )
    assert.ok(refused > FILES / 3)
})
