// rows: C3
import * as ds from "@devicescript/core"
import { describe, expect, test } from "@devicescript/test"
import {
    firmwareSettings,
    loadSettings,
    openSettingsFile,
    readFile,
    replaceSettings,
    settingInfo,
    settingKeys,
    SettingsFile,
} from "../../src/settings"
import { MemoryFlash } from "../../src/testing"
import { Random } from "../vectors/random"

/** `test/host/settings-fuzz.test.ts` tries thousands by the same code. */
const FILES = 40
const SECRET = "hunter2!!hunter2"
const OWN = `# settings
WIFI_PWD: secret 8 63 = | password
`
const LINES = [
    "# hall",
    "_SITE=hall",
    "HOSTNAME='${_SITE}-12' # name",
    'LOG_LEVEL="info debug@net"',
    "FLUSH_TIME: 2m",
    "SYSLOG_PORT=6514",
    "WIFI_PWD=" + SECRET,
    "BACKOFF_MAX=${_WAIT:-20s}",
    "DEMO=no",
]
const ODD = ["'", '"', "`", "#", "=", "\n", "\r", "${", "}", "\u0000", "A"]

function damage(text: string, random: Random): string {
    const at = random.below(text.length)
    const kind = random.below(3)
    if (kind === 0)
        return text.slice(0, at) + text.slice(at + 1 + random.below(9))
    if (kind === 1) return text.slice(0, at)
    return text.slice(0, at) + random.pick(ODD) + text.slice(at)
}

describe("damaged settings files", () => {
    test("are taken whole or leave everything as it was", async () => {
        const settings = await loadSettings(new MemoryFlash(), [
            ...firmwareSettings(),
            OWN,
        ])
        const file = new SettingsFile(new MemoryFlash())
        await openSettingsFile(settings, file)
        const good = LINES.join("\n") + "\n"
        await replaceSettings(settings, good)
        const random = new Random(7)
        const state = () =>
            settingKeys(settings)
                .map(key => key + settingInfo(settings, key).text)
                .join()
        let refused = 0
        for (let i = 0; i < FILES; i++) {
            let text = good
            for (let times = 1 + random.below(3); times > 0; times--)
                text = damage(text, random)
            const before = state()
            const stored = (await readFile(file)).text
            try {
                await replaceSettings(settings, text)
                expect((await readFile(file)).text).toBe(text)
                expect(settings.problems().length).toBe(0)
            } catch (e: any) {
                expect(e.name).toBe("SettingsError")
                expect(e.message.indexOf("line") > 0).toBe(true)
                expect(e.message.indexOf("unter2")).toBe(-1)
                expect(state()).toBe(before)
                expect((await readFile(file)).text).toBe(stored)
                refused++
            }
            await ds.sleep(0)
        }
        console.log(`${refused} of ${FILES} files refused`)
        expect(refused > 0 && refused < FILES).toBe(true)
    })
})
