// What is changed in the text of the DeviceScript compiler. It fits the one version that the project
// pins: a place that is not found ends the tool.
import { Op } from "../optimise/format.ts"
import { HOOKS } from "./compiler-hooks.ts"
import { LANGUAGE_PATCHES } from "./language-patches.ts"
import { REMAINDER_PATCHES } from "./remainder-patches.ts"

/** Where the compiler asks its hooks, or does something else, and what stands there instead. */
export const PATCHES: [RegExp, string][] = [
    ...LANGUAGE_PATCHES,
    ...REMAINDER_PATCHES,
    [
        /return ts\.createSourceFile\(\s*fileName,\s*text,\s*languageVersion,\s*setParentNodes\s*\);/,
        `return ${HOOKS}.parse(ts, fileName, text, languageVersion);`,
    ],
    [
        /addDiags\(\(\) => program2\.getSemanticDiagnostics\(\)\);/,
        `addDiags(() => ${HOOKS}.check(ts, program2));`,
    ],
    [
        /this\.checker\.getFullyQualifiedName\(sym\)/,
        `${HOOKS}.fullName(this.checker, sym)`,
    ],
    [
        /this\.checker = this\.tree\.getTypeChecker\(\);/,
        `this.checker = ${HOOKS}.remember(this.tree.getTypeChecker());`,
    ],
    [
        /const tp = this\.checker\.getTypeAtLocation\(expr\);\s*if \(this\.isPromise\(tp\) && !ts3\.isAwaitExpression\(expr\.parent\)\)/,
        `if (!ts3.isAwaitExpression(expr.parent) && ${HOOKS}.isPromise(expr, () => this.isPromise(this.checker.getTypeAtLocation(expr))))`,
    ],
    [/const ast = buildAST\(/, `${HOOKS}.begin();\nconst ast = buildAST(`],
    [
        // an object that has ?. in it must be made before it counts as a link of this chain
        /this\.currChain\.push\(\.\.\.tmp\.chain, tmp\.expression\);\s*const obj = this\.emitExpr\(tmp\.expression\);/,
        "const obj = this.emitExpr(tmp.expression); this.currChain.push(...tmp.chain, tmp.expression);",
    ],
    [
        // in `{ clock }` of an imported name, what it stands for
        /return this\.checker\.getShorthandAssignmentValueSymbol\(node\.parent\);/,
        `{
            const own = this.checker.getShorthandAssignmentValueSymbol(node.parent);
            return own && own.flags & ts3.SymbolFlags.Alias ? this.checker.getAliasedSymbol(own) : own;
        }`,
    ],
    [
        // `pump.start` of `import * as pump from "./pump"` is what that module exports
        /emitPropertyAccessExpression\(expr\) \{\s*const r = this\.emitBuiltInConst\(expr\);\s*if \(r\)\s*return r;/,
        `emitPropertyAccessExpression(expr) {
            const r = this.emitBuiltInConst(expr);
            if (r) return r;
            const whole = this.getSymAtLocation(expr.expression);
            if (whole && whole.flags & ts3.SymbolFlags.ValueModule) return this.emitIdentifier(expr.name);`,
    ],
    [
        /emitCall\(fn, \.\.\.args\) \{\s*assert2\(\s*args\.length <= 8\s*\/\* MAX_ARGS_SHORT_CALL \*\/\s*\);/,
        `emitCall(fn, ...args) { ${HOOKS}.checkArguments(args.length);`,
    ],
    // A condition that is a number: 0 < abs(x), as NaN and 0 are false, and all else is true. By
    // itself the VM takes every number that is no int32 for false.
    [
        /valueIsAlwaysFalse\(v\) \{/,
        `emitTruth(expr, v = this.emitExpr(expr)) {
            if (v.isLiteral) return literal(v.numValue ? 1 : 0);
            return ${HOOKS}.mayBeFraction(ts3, this.checker, expr)
                ? this.writer.emitExpr(${Op.lt}, literal(0), this.writer.emitExpr(${Op.abs}, v)) : v;
        }
        valueIsAlwaysFalse(v) {`,
    ],
    [
        /emitIfStatement\(stmt\) \{\s*const cond = this\.emitExpr\(stmt\.expression\);/,
        "emitIfStatement(stmt) { const cond = this.emitTruth(stmt.expression);",
    ],
    [
        /const cond = this\.emitExpr\(stmt\.condition\);/,
        "const cond = this.emitTruth(stmt.condition);",
    ],
    [
        /const cond = this\.emitExpr\(stmt\.expression\);\s*wr\.emitJumpIfFalse\(loop\.breakLbl, cond\);/,
        "const cond = this.emitTruth(stmt.expression); wr.emitJumpIfFalse(loop.breakLbl, cond);",
    ],
    [
        /const cond = this\.emitExpr\(expr\.condition\);/,
        "const cond = this.emitTruth(expr.condition);",
    ],
    [
        /tst = wr\.emitExpr\(56, tmp\.emit\(\)\);\s*else\s*tst = wr\.emitExpr\(50, tmp\.emit\(\)\);/,
        `tst = wr.emitExpr(${Op.not}, this.emitTruth(expr.left, tmp.emit()));
        else tst = wr.emitExpr(${Op.to_bool}, this.emitTruth(expr.left, tmp.emit()));`,
    ],
    [
        /return wr\.emitExpr\(op, this\.emitExpr\(arg\)\);/,
        `return wr.emitExpr(op, op === ${Op.not} || op === ${Op.to_bool} ? this.emitTruth(arg) : this.emitExpr(arg));`,
    ],
    [
        /reportError\(node, messageText, category = ts3\.DiagnosticCategory\.Error\) \{/,
        `reportError(node, messageText, category = ts3.DiagnosticCategory.Error) {
            messageText = ${HOOKS}.inWords(messageText, node.getSourceFile());
            if (messageText === undefined) return unit();`,
    ],
    [
        // after an error, the code that was made so far is of no use to anybody
        /console\.log\(this\.getAssembly\(\)\);/,
        "",
    ],
    [
        /this\.reportError\(stmt, "Internal error: " \+ e\.message\);\s*console\.error\(e\.stack\);/,
        `this.reportError(stmt, ${HOOKS}.internalError(e));`,
    ],
    [
        // after an error of the program, an assertion that fails says nothing more
        /if \(this\.numErrors > 0\) \{\s*this\.reportError\(\s*stmt,\s*`confused by previous errors, bailing out \(\$\{e\.message\}\)`\s*\);\s*\} else \{/,
        "if (this.numErrors === 0) {",
    ],
]
