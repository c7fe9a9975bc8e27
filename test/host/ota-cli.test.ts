// rows: O1 O2
import assert from "node:assert/strict"
import { spawn, spawnSync } from "node:child_process"
import { once } from "node:events"
import {
    chmodSync,
    copyFileSync,
    existsSync,
    linkSync,
    mkdirSync,
    readdirSync,
    readFileSync,
    rmSync,
    statSync,
    symlinkSync,
    writeFileSync,
} from "node:fs"
import { watch } from "node:fs/promises"
import { get } from "node:http"
import { connect } from "node:net"
import { join, resolve } from "node:path"
import { createInterface } from "node:readline"
import { describe, test, type TestContext } from "node:test"
import { setTimeout as sleep } from "node:timers/promises"
import { parsePublicText, readKey } from "../../host/ota/keys.ts"
import { makeLmsKey, signVersion } from "../../host/ota/lms-key.ts"
import { encodePublicKey, verifyLms } from "../../host/ota/lms.ts"
import { listFiles } from "../../host/ota/serve.ts"
import { tryLock } from "../../host/sim/lock.ts"
import { Cli, cleanUp, runCli, tempFolder } from "../system/harness.ts"

const DEVICE = "8f3a6c1d20b94e75"
const TOOL = resolve("host/fiberctl.js")

/** A folder with settings, a key of each kind, and how to run `fiberctl ota` in it. */
function workshop(t: TestContext) {
    const folder = tempFolder(t)
    const path = (name: string) => join(folder, name)
    writeFileSync(path("a.env"), "LOG_LEVEL=debug\n")
    writeFileSync(path("key"), "01".repeat(32) + "\n")
    const { text, publicKey } = makeLmsKey(5)
    writeFileSync(path("lms"), text)
    writeFileSync(path("lms.pub"), publicKey.toString("base64"))
    const ota = (...args: string[]) => runCli(["ota", ...args], { cwd: folder })
    return { folder, path, ota }
}

/** Signs a file in a workshop and serves its folder. @returns the server, and its next event */
async function serveSigned(
    t: TestContext,
    { folder, ota }: ReturnType<typeof workshop>
) {
    const sign = await ota(
        ...["sign", "a.env", "--key", "key", "--share", "100"],
        ...["--version", "3", "--out", "a.ota"]
    )
    assert.equal(sign.code, 0)
    const server = spawn(
        process.execPath,
        [TOOL, "ota", "serve", folder, "--port", "0", "--json"],
        { stdio: ["ignore", "pipe", "inherit"] }
    )
    cleanUp(t, () => server.kill("SIGKILL"))
    const lines = createInterface(server.stdout)[Symbol.asyncIterator]()
    const next = async () => JSON.parse((await lines.next()).value)
    return { server, next }
}

describe("fiberctl ota", { concurrency: 2 }, () => {
    test("keygen makes keys that only their owner reads", async t => {
        const { path, ota } = workshop(t)
        assert.match((await ota("keygen")).stdout, /^[0-9a-f]{64}\n$/)
        const made = await ota("keygen", "--out", "new")
        assert.equal(made.code, 0)
        assert.match(readFileSync(path("new"), "utf8"), /^[0-9a-f]{64}\n$/)
        assert.equal(statSync(path("new")).mode & 0o77, 0)
        const again = await ota("keygen", "--out", "new")
        assert.equal(again.code, 2)
        assert.match(again.stderr, /^fiberctl: "new" exists and is not overw/)
        const lms = await ota(
            ...["keygen", "--lms", "--height", "5", "--out", "fleet"]
        )
        assert.equal(lms.code, 0, lms.stderr)
        assert.equal(statSync(path("fleet")).mode & 0o77, 0)
        assert.ok(
            parsePublicText(readFileSync(path("fleet.pub"), "utf8").trim())
        )
        assert.equal(statSync(path("fleet.pub")).mode & 0o77, 0)
        const nowhere = await ota("keygen", "--lms")
        assert.equal(nowhere.code, 2)
        assert.match(nowhere.stderr, /--out FILE is wanted/)
    })

    test("of keygens of one file at a time, one makes it", async t => {
        const { folder, path, ota } = workshop(t)
        for (const words of [[], ["--lms", "--height", "5"]]) {
            const name = `new${words.length}`
            const runs = await Promise.all(
                [1, 2, 3].map(() => ota("keygen", ...words, "--out", name))
            )
            const made = runs.filter(({ code }) => code === 0)
            assert.equal(made.length, 1, JSON.stringify(runs))
            for (const { code, stderr } of runs)
                if (code !== 0)
                    assert.match(stderr, /"new.*" exists and is not overw/)
        }
        const key = readKey(path("new3"))
        assert.ok(key.kind === "lms")
        assert.equal(
            readFileSync(path("new3.pub"), "utf8").trim(),
            encodePublicKey(key.publicKey).toString("base64")
        )
        assert.deepEqual(
            readdirSync(folder).filter(name => name.startsWith("new")),
            ["new0", "new3", "new3.pub"]
        )
    })

    test("keygen looks at the place of a key before it makes it", async t => {
        const { ota } = workshop(t)
        // one of height 15 would take longer than a run may
        const args = ["--lms", "--height", "15", "--out", "nowhere/key"]
        const { code, stderr } = await ota("keygen", ...args)
        assert.equal(code, 2)
        assert.equal(stderr, 'fiberctl: "nowhere/key" not found\n')
    })

    test("sign keeps who may read a signed file, and use a key", async t => {
        const { path, ota } = workshop(t)
        const sign = async (version: number) => {
            const run = await ota(
                ...["sign", "a.env", "--key", "lms", "--share", "1%"],
                ...["--version", String(version), "--out", "a.ota"]
            )
            assert.equal(run.code, 0, run.stderr)
            return ["a.ota", "lms"].map(name => statSync(path(name)).mode)
        }
        assert.equal((await sign(1))[0]! & 0o777, 0o600)
        chmodSync(path("a.ota"), 0o664)
        chmodSync(path("lms"), 0o440)
        const modes = await sign(2)
        assert.deepEqual(
            modes.map(mode => mode & 0o777),
            [0o664, 0o440]
        )
    })

    test("sign and verify, for a board and for a share", async t => {
        const { path, ota } = workshop(t)
        const signed = await ota(
            ...["sign", "a.env", "--key", "key", "--device", DEVICE],
            ...["--version", "3", "--out", "a.ota"]
        )
        assert.equal(signed.code, 0, signed.stderr)
        assert.match(signed.stdout, /^a\.ota: version 3, hash [0-9a-f]{16}, /)
        const text = readFileSync(path("a.ota"), "utf8")
        assert.match(
            text,
            /^#ota version=3 device=8f3a6c1d20b94e75\n#ota hmac=/
        )
        assert.ok(text.endsWith("\nLOG_LEVEL=debug\n"))
        const good = await ota("verify", "a.ota", "--key", "key")
        assert.equal(good.code, 0)
        assert.match(good.stdout, /^valid: version 3 for device 8f3a/)
        const bad = await ota("verify", "a.ota", "--key", "lms.pub")
        assert.equal(bad.code, 1)
        assert.match(bad.stderr, /^fiberctl: "a\.ota": no signature of it/)
        const shared = await ota(
            ...["sign", "a.env", "--key", "lms", "--share", "10%"],
            ...["--seal-key", "key", "--version", "3"]
        )
        assert.match(shared.stdout, /^#ota version=3 share=10% seal=/)
        assert.ok(!shared.stdout.includes("LOG_LEVEL"))
        writeFileSync(path("s.ota"), shared.stdout)
        const json = await ota("verify", "s.ota", "--key", "lms.pub", "--json")
        const { valid, version, share, sealed } = JSON.parse(json.stdout)
        assert.deepEqual(
            { valid, version, share, sealed },
            {
                ...{ valid: true, version: 3, share: 10, sealed: true },
            }
        )
    })

    test("an LMS key signs a version once", async t => {
        const { path, ota } = workshop(t)
        const sign = (version: number) =>
            ota(
                ...["sign", "a.env", "--key", "lms", "--share", "100"],
                ...["--version", String(version)]
            )
        assert.equal((await sign(3)).code, 0)
        const before = readFileSync(path("lms"), "utf8")
        for (const version of [3, 2]) {
            const again = await sign(version)
            assert.equal(again.code, 2)
            assert.equal(again.stdout, "")
            assert.match(again.stderr, /a version once only, and 4 is its next/)
        }
        const beyond = await sign(32)
        assert.equal(beyond.code, 2)
        assert.match(beyond.stderr, /signs up to version 31; make a new key/)
        assert.equal(readFileSync(path("lms"), "utf8"), before)
    })

    const wrong: [string, string[], RegExp][] = [
        [
            "no target",
            ["--key", "key", "--version", "1"],
            /--device ID or --sh/,
        ],
        [
            "no version",
            ["--key", "key", "--share", "1%"],
            /'--version <n>' not specified/,
        ],
        [
            "a share of 0",
            ["--key", "key", "--share", "0%", "--version", "1"],
            /1% to 100% is wanted/,
        ],
        [
            "a short id",
            ["--key", "key", "--device", "12", "--version", "1"],
            /16 hexadecimal digits are wanted/,
        ],
        [
            "no key",
            ["--key", "a.env", "--share", "1%", "--version", "1"],
            /key "a\.env": 64 hexadecimal digits or an LMS key/,
        ],
        [
            "a public key",
            ["--key", "lms.pub", "--share", "1%", "--version", "1"],
            /is a public key, the private one is wanted/,
        ],
        [
            "LMS cannot seal",
            ["--key", "lms", "--share", "1%", "--version", "1", "--seal"],
            /--seal-key FILE .* is wanted/,
        ],
    ]
    for (const [what, args, message] of wrong)
        test(`one line and exit code 2: ${what}`, async t => {
            const { ota } = workshop(t)
            const run = await ota("sign", "a.env", ...args)
            assert.equal(run.code, 2)
            assert.equal(run.stdout, "")
            assert.match(run.stderr, message)
            assert.equal(run.stderr.trim().split("\n").length, 1)
        })

    test("sign checks the settings by the schema, before a version is used", async t => {
        const { path } = workshop(t)
        const before = readFileSync(path("lms"), "utf8")
        const sign = (text: string, ...more: string[]) => {
            writeFileSync(path("b.env"), text)
            // in the project's folder, where programs are built
            return runCli([
                ...["ota", "sign", path("b.env"), "--key", path("lms")],
                ...["--share", "1%", "--version", "7"],
                ...["--out", path("b.ota"), ...more],
            ])
        }
        const bad = await sign("HB_PERIOD=5s\nSYSLOG_PORT=70000\n")
        assert.equal(bad.code, 2)
        assert.match(bad.stderr, /b\.env:2: SYSLOG_PORT: wanted a whole number/)
        // as a board reads it
        const other = await sign(`_A=${"02".repeat(32)}\nOTA_KEY=\${_A}\n`)
        assert.equal(other.code, 2)
        assert.match(other.stderr, /b\.env": sets OTA_KEY, so boards want/)
        const main = ["--main", "src/main.ts"]
        const typo = await sign("LOG_LEVL=debug\n", ...main)
        assert.equal(typo.code, 2)
        assert.match(
            typo.stderr,
            /b\.env:1: LOG_LEVL: no such setting; the nearest is LOG_LEVEL\n/
        )
        assert.ok(!existsSync(path("b.ota")))
        assert.equal(readFileSync(path("lms"), "utf8"), before)
        // without the program it may be a setting that only the program declares
        const own = await sign("LOG_LEVL=debug\n")
        assert.equal(own.code, 0)
        assert.match(own.stderr, /nearest is LOG_LEVEL; --main FILE checks/)
    })

    test("sign uses up no version when it cannot finish", async t => {
        const { folder, path, ota } = workshop(t)
        writeFileSync(path("other"), makeLmsKey(5).text)
        writeFileSync(
            path("new.pub"),
            makeLmsKey(5).publicKey.toString("base64")
        )
        writeFileSync(path("own.ts"), "")
        const before = readFileSync(path("lms"), "utf8")
        const sign = (version: number, ...more: string[]) =>
            ota(
                ...["sign", "a.env", "--key", "lms", "--share", "1%"],
                ...["--version", String(version), ...more]
            )
        assert.equal(
            (
                await ota(
                    ...["sign", "a.env", "--key", "other", "--share", "1%"],
                    ...["--version", "9", "--out", "other.ota"]
                )
            ).code,
            0
        )
        const wrong: [string[], RegExp][] = [
            [["--out", "nowhere/a.ota"], /"nowhere\/a\.ota" not found/],
            [["--out", "."], /"\." is a folder/],
            [["--out", "/dev/full"], /"\/dev\/full" .* no space is left/],
            [["--out", "lms"], /--out "lms": is the key/],
            [["--key", "new.pub"], /is a public key/],
            [["--key", "lms"], /keys "lms" and "lms": are the same key/],
            [["--key", "other"], /"other" signs a version once only/],
            [["--seal-key", "key", "--out", "./key"], /is the key/],
            [["--seal-key", "key", "--out", "./a.env"], /is the text, which/],
            [["--main", "own.ts", "--out", "own.ts"], /is the program/],
        ]
        for (const [args, message] of wrong) {
            const run = await sign(3, ...args)
            assert.equal(run.code, 2)
            assert.match(run.stderr, message)
            assert.equal(readFileSync(path("lms"), "utf8"), before)
        }
        const line = `"${TOOL}" ota sign a.env --key lms --share 1% --version 3 > /dev/full`
        const full = spawnSync("sh", ["-c", `"${process.execPath}" ${line}`], {
            cwd: folder,
        })
        assert.equal(full.status, 1)
        assert.match(String(full.stderr), /^fiberctl: stdout: .*no space left/)
        assert.equal(readFileSync(path("lms"), "utf8"), before)
        assert.equal((await sign(3, "--out", "a.ota")).code, 0)
    })

    test("serve goes on when a board is lost in its report", async t => {
        const { next } = await serveSigned(t, workshop(t))
        const { url } = await next()
        const socket = connect(Number(new URL(url).port), "127.0.0.1")
        socket.write(
            "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 99\r\nExpect: 100-continue\r\n\r\n{"
        )
        // the server has begun to read it
        await once(socket, "data")
        socket.destroy()
        await sleep(300)
        assert.equal((await fetch(url + "a.ota")).status, 200)
    })

    test("serve gives signed files, and says which board has what", async t => {
        const shop = workshop(t)
        const { path } = shop
        symlinkSync(resolve("package.json"), path("link.json"))
        // as an editor or git on Windows leaves it
        writeFileSync(path("crlf.ota"), "#ota version=4 share=100%\r\n")
        const { server, next } = await serveSigned(t, shop)
        const { url, files } = await next()
        assert.deepEqual(
            files.map(({ name }: { name: string }) => name),
            ["a.ota"]
        )
        const board = {
            "x-fiberd": `device=${DEVICE}; version=2; state=active`,
        }
        const file = await fetch(url + "a.ota", { headers: board })
        assert.equal(await file.text(), readFileSync(path("a.ota"), "utf8"))
        assert.match(file.headers.get("date") ?? "", /GMT$/)
        const seen = await next()
        assert.deepEqual(
            [seen.status, seen.sent, seen.board.version],
            [200, 3, 2]
        )
        const headers = { "if-none-match": file.headers.get("etag")! }
        assert.equal((await fetch(url + "a.ota", { headers })).status, 304)
        assert.equal((await next()).status, 304)

        for (const hidden of ["key", "lms", "link.json", "..%2fx", "%", ""]) {
            assert.equal((await fetch(url + hidden)).status, 404, hidden)
            assert.equal((await next()).status, 404)
        }
        assert.equal((await fetch(url + "crlf.ota")).status, 404)
        const { problem } = await next()
        assert.equal(
            problem,
            "has CR LF line ends, which are not what was signed"
        )
        assert.equal((await fetch(url + "a.ota/x")).status, 404)
        await next()
        const raw = await new Promise<number | undefined>(resolve =>
            get(url + "x", { path: "/../../../../etc/passwd" }, answer => {
                answer.resume()
                resolve(answer.statusCode)
            })
        )
        assert.equal(raw, 404)
        await next()
        const report = {
            device: DEVICE,
            version: 3,
            hash: "00",
            state: "rolled-back",
            reason: "no\u001b[31m link",
        }
        const post = (body: string) => fetch(url, { method: "POST", body })
        assert.equal((await post(JSON.stringify(report))).status, 204)
        const { board: told } = await next()
        assert.deepEqual(told, { ...report, reason: "no?[31m link" })
        assert.equal((await post("{")).status, 400)
        await next()
        assert.equal((await post("x".repeat(5000))).status, 413)
        await next()
        const ended = once(server, "exit")
        server.kill("SIGINT")
        assert.deepEqual(await ended, [0, null])
    })

    test("serve lists no more than is quickly looked at", t => {
        const folder = tempFolder(t)
        mkdirSync(join(folder, "below"))
        for (const name of ["below/a.ota", "b.ota", "c.ota"])
            writeFileSync(join(folder, name), "")
        const listed = (most: number) => {
            const { faulty, isCut } = listFiles(folder, most)
            return [faulty.map(({ name }) => name).join(" "), isCut]
        }
        // the folder's own come first: a link in it may lead to a whole disk
        assert.deepEqual(listed(3), ["b.ota c.ota", true])
        assert.deepEqual(listed(4), ["b.ota below/a.ota c.ota", false])
    })

    test("serve follows links but not in circles, and tells what it sent", async t => {
        const shop = workshop(t)
        const { folder, path } = shop
        symlinkSync(folder, path("again"))
        symlinkSync(path("loop"), path("loop"))
        const { server, next } = await serveSigned(t, shop)
        const { url, files } = await next()
        assert.deepEqual(
            files.map(({ name }: { name: string }) => name),
            ["a.ota"]
        )
        copyFileSync(path("a.ota"), path("50% what?.ota"))
        const odd = `${url}again/${encodeURIComponent("50% what?.ota")}?x=1`
        assert.equal((await fetch(odd)).status, 200)
        assert.equal((await next()).sent, 3)
        const head = await fetch(odd, { method: "HEAD" })
        assert.equal(await head.text(), "")
        assert.equal((await next()).sent, undefined, "nothing was sent")
        // a proxy on the way makes it weak, or asks for several
        const headers = {
            "if-none-match": `"x", W/${head.headers.get("etag")}`,
        }
        assert.equal((await fetch(odd, { headers })).status, 304)
        const ended = once(server, "exit")
        server.stdout.destroy()
        // as with `ota serve DIR | head -1`, when a board asks; it may get no answer
        await fetch(odd).catch(() => {})
        assert.deepEqual(await ended, [141, null])
    })

    for (const [args, problem] of [
        [["nowhere"], '"nowhere" not found'],
        [["/dev/null"], '"/dev/null" is no folder'],
        [[".", "--port", "70000"], "a port \\(0 to 65535\\) is wanted."],
        [[".", "--host", ""], "an address is wanted."],
        [[".", "--host", "a..b"], "cannot listen on a..b:8090 \\(\\w+\\)"],
    ] as const)
        test(`serve says what is wrong in one line: ${args.join(" ")}`, async t => {
            const { ota } = workshop(t)
            const run = await ota("serve", ...args)
            assert.equal(run.code, 2)
            assert.match(run.stderr, new RegExp(`^fiberctl: .*${problem}\n$`))
        })
})

describe("an LMS key file", () => {
    test("counts before the signature leaves, and for two at a time", async t => {
        const { path } = workshop(t)
        const file = path("lms")
        const key = parsePublicText(readFileSync(path("lms.pub"), "utf8"))!
        const message = Buffer.from("m")
        const results = await Promise.allSettled(
            [1, 2, 2, 3].map(version => signVersion(file, version, message))
        )
        const signed = results.flatMap(result =>
            result.status === "fulfilled" ? [result.value] : []
        )
        const leaves = signed.map(signature => signature.readUInt32BE(0))
        assert.equal(new Set(leaves).size, leaves.length)
        assert.ok(leaves.length >= 1 && leaves.length <= 3)
        for (const signature of signed)
            assert.ok(verifyLms(key, message, signature))
        const { next } = JSON.parse(readFileSync(file, "utf8"))
        assert.equal(next, Math.max(...leaves) + 1)
        assert.ok(!existsSync(`${file}.lock`))
    })

    test("has one lock for all links to it", async t => {
        const { path } = workshop(t)
        symlinkSync("lms", path("link"))
        const release = tryLock(path("lms.lock"))!
        let isSigned = false
        const signed = signVersion(path("link"), 3, Buffer.from("m")).then(
            () => (isSigned = true)
        )
        await sleep(300)
        assert.equal(isSigned, false)
        release()
        await signed
        assert.equal(JSON.parse(readFileSync(path("lms"), "utf8")).next, 4)
    })

    test("leaves no copy of itself behind, whoever was killed or interrupted", async t => {
        const { folder, path } = workshop(t)
        const names = readdirSync(folder)
        symlinkSync("lms", path("link"))
        // as a signer that is killed while it writes the key leaves it
        copyFileSync(path("lms"), path("lms.4711.new"))
        for (const name of ["lms.new", "lms.old.new", "xlms.1.new"])
            writeFileSync(path(name), "mine")
        await signVersion(path("link"), 1, Buffer.from("m"))
        const kept = ["link", "lms.new", "lms.old.new", "xlms.1.new"]
        assert.deepEqual(readdirSync(folder), [...names, ...kept].sort())

        const release = tryLock(path("lms.lock"))!
        const before = readFileSync(path("lms"), "utf8")
        const changes = watch(folder)
        const signer = new Cli(
            [
                ...["ota", "sign", "a.env", "--key", "lms", "--share", "1"],
                ...["--version", "2", "--out", "a.ota"],
            ],
            { cwd: folder }
        )
        for await (const { filename } of changes)
            if (filename?.startsWith("lms.lock.")) break
        signer.signal("SIGINT")
        assert.equal((await signer.done).code, 130)
        release()
        assert.equal(readFileSync(path("lms"), "utf8"), before)
        assert.deepEqual(readdirSync(folder), [...names, ...kept].sort())
    })

    test("signs nothing while another name leads to its file", async t => {
        const { path } = workshop(t)
        linkSync(path("lms"), path("backup"))
        const signed = signVersion(path("lms"), 1, Buffer.from("m"))
        await assert.rejects(signed, /lms" has 2 names, and would count/)
        rmSync(path("backup"))
        await signVersion(path("lms"), 1, Buffer.from("m"))
    })

    test("signs when an editor has given it a byte order mark", async t => {
        const { path } = workshop(t)
        const text = readFileSync(path("lms"), "utf8")
        writeFileSync(path("lms"), `\ufeff${text}`)
        await signVersion(path("lms"), 1, Buffer.from("m"))
    })

    test("a damaged one signs nothing", async t => {
        const { path } = workshop(t)
        const file = path("lms")
        const content = JSON.parse(readFileSync(file, "utf8"))
        const other = content.leaves[0] === "A" ? "B" : "A"
        for (const damage of [
            { leaves: other + content.leaves.slice(1) },
            { leaves: content.leaves.slice(4) },
            { seed: Buffer.alloc(24).toString("base64") },
            { kind: "x" },
            { next: "soon" },
            { tree: 99 },
        ]) {
            writeFileSync(file, JSON.stringify({ ...content, ...damage }))
            await assert.rejects(
                signVersion(file, 1, Buffer.from("m")),
                /is damaged|: 64 hexadecimal digits or an LMS key are wanted$/
            )
        }
    })

    test("another file as a key is told which kinds of keys there are", t => {
        const { path } = workshop(t)
        for (const text of ['{ "name": "x" }', "HOSTNAME=roof", ""]) {
            writeFileSync(path("other"), text)
            assert.throws(() => readKey(path("other")), {
                message: `key "${path("other")}": 64 hexadecimal digits or an LMS key are wanted`,
            })
        }
    })
})
