// What any TypeScript has and the DeviceScript compiler lacks: where its text refuses a node, and the
// code that compiles it. As in patches.ts, a place that is not found ends the tool.
import { Op } from "../optimise/format.ts"

/** Places in the compiler's text, and what stands there instead. */
export const LANGUAGE_PATCHES: [RegExp, string][] = [
    // `x!` and `x satisfies T` are x
    [
        /case import_typescript2\.SyntaxKind\.AwaitExpression:\s*return this\.emitExpr\(expr\.expression\);/,
        `case import_typescript2.SyntaxKind.AwaitExpression:
        case import_typescript2.SyntaxKind.NonNullExpression:
        case import_typescript2.SyntaxKind.SatisfiesExpression:
            return this.emitExpr(expr.expression);
        case import_typescript2.SyntaxKind.MethodDeclaration:
            return this.emitFunctionExpr(expr);`,
    ],
    [
        /while \(ts3\.isParenthesizedExpression\(node\) \|\| ts3\.isAsExpression\(node\)/,
        "while (ts3.isNonNullExpression(node) || ts3.isSatisfiesExpression(node) || ts3.isParenthesizedExpression(node) || ts3.isAsExpression(node)",
    ],
    [
        /if \(ts3\.isParenthesizedExpression\(expr\.parent\) \|\| ts3\.isAsExpression\(expr\.parent\)/,
        "if (ts3.isNonNullExpression(expr.parent) || ts3.isSatisfiesExpression(expr.parent) || ts3.isParenthesizedExpression(expr.parent) || ts3.isAsExpression(expr.parent)",
    ],
    [
        /emitAssignmentTarget\(trg\) \{/,
        "emitAssignmentTarget(trg) { trg = this.stripTypeCast(trg);",
    ],
    [
        /let left = expr\.left;\s*const r = this\.tryEmitIndex\(left\);/,
        "let left = this.stripTypeCast(expr.left); const r = this.tryEmitIndex(left);",
    ],
    // labels, of which the compiler's loops know
    [
        /case import_typescript2\.SyntaxKind\.WhileStatement:\s*return this\.emitWhileStatement\(stmt\);/,
        `case import_typescript2.SyntaxKind.WhileStatement:
            return this.emitWhileStatement(stmt);
        case import_typescript2.SyntaxKind.DoStatement:
            return this.emitDoStatement(stmt);
        case import_typescript2.SyntaxKind.LabeledStatement:
            if (!this.isLoop(stmt.statement)) throwError22(stmt, "label of no loop");
            return this.emitStmt(stmt.statement);`,
    ],
    [
        /emitEnumDeclaration\(stmt\) \{/,
        `emitDoStatement(stmt) {
            const wr = this.writer;
            const loop = this.mkLoopLabels(stmt);
            wr.emitLabel(loop.topLbl);
            try {
                this.proc.loopStack.push(loop);
                this.emitStmt(stmt.statement);
            } finally {
                this.proc.loopStack.pop();
            }
            wr.emitLabel(loop.continueLbl);
            wr.emitJumpIfFalse(loop.breakLbl, this.emitTruth(stmt.expression));
            wr.emitJump(loop.topLbl);
            wr.emitLabel(loop.breakLbl);
        }
        emitEnumDeclaration(stmt) {`,
    ],
    // `for (const { key } of list)`
    [
        /this\.emitVariableDeclarationList\(stmt\.initializer\);\s*const elt = this\.getVarAtLocation\(decl\);/,
        `const isPlain = ts3.isIdentifier(decl.name);
        if (isPlain) this.emitVariableDeclarationList(stmt.initializer);
        else this.assignVariableCells(decl);
        const elt = isPlain && this.getVarAtLocation(decl);`,
    ],
    [
        /this\.emitStore\(elt, wr\.emitIndex\(collVal, idxVal\)\);/,
        `if (isPlain) this.emitStore(elt, wr.emitIndex(collVal, idxVal));
        else this.destructDefinition(decl, wr.emitIndex(collVal, idxVal));`,
    ],
    // `{ period = 10 }` and `([first, second]) =>` of what is taken apart
    [
        /if \(bindingElt\.initializer\)\s*throwError22\(\s*bindingElt,\s*"default values in bindings not supported yet"\s*\);/,
        `if (bindingElt.initializer) {
            const wr = this.writer;
            const given = wr.cacheValue(val, true);
            const isGiven = wr.mkLabel("given");
            wr.emitJumpIfFalse(isGiven, wr.emitExpr(${Op.is_undefined}, given.emit()));
            given.store(this.emitExpr(bindingElt.initializer));
            wr.emitLabel(isGiven);
            val = given.finalEmit();
        }`,
    ],
    [
        /\} else if \(ts3\.isObjectBindingPattern\(bindingName\)\) \{\s*const obj2 = this\.writer\.cacheValue\(val\);[^]*?obj2\.free\(\);\s*\} else \{\s*throwError22\(bindingName, "invalid binding elt"\);\s*\}/,
        "} else this.destructDefinition(bindingElt, val);",
    ],
    [
        /if \(ts3\.isObjectBindingPattern\(paramdef\.name\)\) \{/,
        "if (!ts3.isIdentifier(paramdef.name)) {",
    ],
    [
        /const v = this\.getVarAtLocation\(paramdef\);\s*wr\.emitIfAndPop\(/,
        `const pattern = destructParams.find(one => one.paramdef === paramdef);
        const v = pattern ? pattern.paramVar : this.getVarAtLocation(paramdef);
        wr.emitIfAndPop(`,
    ],
    // `[a, b] = [b, a]`
    [
        /throwError22\(expr, "todo array assignment"\);/,
        `const all = wr.cacheValue(src);
        left.elements.forEach((element, i) => {
            if (ts3.isOmittedExpression(element)) return;
            const target = this.emitAssignmentTarget(element);
            target.write(wr.emitIndex(all.emit(), literal(i)));
            target.free();
        });
        return all.finalEmit();`,
    ],
    // `x ??= y`, `x ||= y`, `x &&= y`
    [
        /if \(op == import_typescript2\.SyntaxKind\.EqualsToken\)\s*return this\.emitAssignmentExpression\(expr\);/,
        `if (op == import_typescript2.SyntaxKind.EqualsToken)
            return this.emitAssignmentExpression(expr);
        if (ts3.isLogicalOrCoalescingAssignmentOperator(op)) {
            const { writer } = this;
            const target = this.emitAssignmentTarget(expr.left);
            const value = writer.cacheValue(target.read(), true);
            const isSet = op === import_typescript2.SyntaxKind.QuestionQuestionEqualsToken
                ? writer.emitExpr(${Op.is_nullish}, value.emit())
                : writer.emitExpr(op === import_typescript2.SyntaxKind.BarBarEqualsToken ? ${Op.not} : ${Op.to_bool},
                    this.emitTruth(expr.left, value.emit()));
            const end = writer.mkLabel("set");
            writer.emitJumpIfFalse(end, isSet);
            value.store(this.emitExpr(expr.right));
            target.write(value.emit());
            writer.emitLabel(end);
            target.free();
            return value.finalEmit();
        }`,
    ],
    // `{ emit(record) { } }`: a function, without a `this` of its own
    [
        /if \(ts3\.isMethodDeclaration\(this\.sourceNode\) \|\| ts3\.isClassDeclaration\(this\.sourceNode\)\)/,
        "if (ts3.isMethodDeclaration(this.sourceNode) && ts3.isClassDeclaration(this.sourceNode.parent) || ts3.isClassDeclaration(this.sourceNode))",
    ],
    [
        /ts3\.isFunctionDeclaration\(p\.sourceNode\) \|\| ts3\.isFunctionExpression\(p\.sourceNode\)/,
        "ts3.isFunctionDeclaration(p.sourceNode) || ts3.isMethodDeclaration(p.sourceNode) || ts3.isFunctionExpression(p.sourceNode)",
    ],
    [
        /expr2 = p\.name;\s*\} else if \(ts3\.isSpreadAssignment\(p\) && !p\.name\) \{/,
        `expr2 = p.name;
        } else if (ts3.isMethodDeclaration(p) && !p.asteriskToken) {
            expr2 = p;
        } else if (ts3.isSpreadAssignment(p) && !p.name) {`,
    ],
    // the signatures of a function with several are no functions
    [
        /assignCellsToStmt\(stmt\) \{\s*try \{/,
        `isSignature(stmt) {
            const { body, symbol } = stmt;
            return !body && symbol && symbol.declarations.some(one => one.body);
        }
        assignCellsToStmt(stmt) {
        try {
            if (ts3.isFunctionDeclaration(stmt) && this.isSignature(stmt)) return;`,
    ],
    [
        /emitFunctionDeclaration\(stmt\) \{/,
        "emitFunctionDeclaration(stmt) { if (this.isSignature(stmt)) return;",
    ],
    // `this` in an arrow function is that of the method around it
    [
        /emitThisExpression\(expr\) \{/,
        `emitThisExpression(expr) {
            let around = this.proc;
            while (around && around.sourceNode && ts3.isArrowFunction(around.sourceNode)) around = around.parentProc;
            const own = around && around !== this.proc && around.params[0];
            if (own && own.vkind === 1) return this.emitLoad(expr, own);`,
    ],
]
