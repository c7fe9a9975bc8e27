import {
    findRule,
    isSecretKind,
    type Rule,
    schemaKeys,
} from "../../src/settings/schema.ts"
import { wantedValue } from "../../src/settings/values.ts"

/** A setting as its schema declares it. */
export interface DeclaredSetting extends Rule {
    key: string
    /** What a text must be, for people. */
    wanted: string
    secret: boolean
}

/** The settings of some tables, in their order. */
export function declaredSettings(tables: readonly string[]): DeclaredSetting[] {
    return schemaKeys(tables).map(key => {
        const rule = findRule(tables, key)!
        const secret = isSecretKind(rule.kind)
        return { key, ...rule, wanted: wantedValue(rule), secret }
    })
}

/** A table in Markdown: key, default, what it is for. */
export function settingsTable(tables: readonly string[]): string {
    const rows = declaredSettings(tables).map(
        ({ key, kind, limits, fallback, doc, restart }) => [
            `\`${key}\``,
            fallback && `\`${fallback}\``,
            doc +
                (kind === "one-of" ? `: ${choices(limits)}` : "") +
                (restart ? "; from the next start" : ""),
        ]
    )
    const all = [["key", "default", ""], ...rows]
    const widths = [0, 1, 2].map(i =>
        Math.max(...all.map(row => [...row[i]!].length))
    )
    const line = (cells: string[]) =>
        `| ${cells.map((cell, i) => cell + " ".repeat(widths[i]! - [...cell].length)).join(" | ")} |`
    const rule = widths.map(width => "-".repeat(width))
    return [all[0]!, rule, ...rows].map(line).join("\n") + "\n"
}

function choices(limits: string): string {
    return limits
        .split("|")
        .map(word => `\`${word}\``)
        .join(", ")
}

/** A dotenv file with every setting as a comment, to be filled in. */
export function settingsTemplate(tables: readonly string[]): string {
    return declaredSettings(tables)
        .map(({ key, doc, wanted, fallback, restart }) => {
            const from = restart ? "; from the next start" : ""
            return `# ${doc}\n# ${wanted}${from}\n#${key}=${fallback}\n`
        })
        .join("\n")
}

/** The settings as JSON Schema (draft 2020-12), for editors that complete and check. */
export function settingsSchema(tables: readonly string[]): object {
    const properties = declaredSettings(tables).map(setting => [
        setting.key,
        propertyOf(setting),
    ])
    return {
        $schema: "https://json-schema.org/draft/2020-12/schema",
        title: "settings",
        type: "object",
        properties: Object.fromEntries(properties),
        patternProperties: { "^_[A-Z0-9_]*$": { type: "string" } },
        additionalProperties: false,
    }
}

function propertyOf({
    kind,
    limits,
    fallback,
    doc,
    wanted,
    secret,
    restart,
}: DeclaredSetting): object {
    const from = restart ? "; from the next start" : ""
    return {
        type: "string",
        description: `${doc} (${wanted}${from})`,
        ...(fallback ? { default: fallback } : {}),
        ...(kind === "one-of" ? { enum: limits.split("|") } : {}),
        ...(secret ? { writeOnly: true } : {}),
    }
}
