/** Syntax tree of a filter. */
export type FilterTerm =
  | { readonly kind: 'and' | 'or'; readonly terms: readonly FilterTerm[] }
  | { readonly kind: 'not'; readonly term: FilterTerm }
  | { readonly kind: 'compare'; readonly path: readonly string[]; readonly operator: string; readonly value: string };

interface Token {
  readonly kind: 'word' | 'quoted' | 'sign' | 'end';
  readonly text: string;
}

/**
 * Parses both grammars of Compute Engine's list filters: comparisons with `= != : < <= > >=` joined by AND, OR, NOT and
 * parentheses (adjacent terms mean AND), and the older `field eq regex`, `field ne regex`.
 * @throws the error that `createError` returns for a reason
 */
export function parseFilter(text: string, createError: (reason: string) => Error): FilterTerm {
  const tokens = tokenize(text, createError);
  let at = 0;
  const peek = () => tokens[at] as Token;
  const next = () => tokens[at++] as Token;
  const isWord = (word: string) => peek().kind === 'word' && peek().text === word;
  const isSign = (sign: string) => peek().kind === 'sign' && peek().text === sign;

  function parseOr(): FilterTerm {
    const terms = [parseAnd()];
    while (isWord('OR')) {
      next();
      terms.push(parseAnd());
    }
    return terms.length === 1 ? (terms[0] as FilterTerm) : { kind: 'or', terms };
  }

  function parseAnd(): FilterTerm {
    const terms = [parseUnary()];
    while (peek().kind !== 'end' && !isSign(')') && !isWord('OR')) {
      if (isWord('AND')) next();
      terms.push(parseUnary());
    }
    return terms.length === 1 ? (terms[0] as FilterTerm) : { kind: 'and', terms };
  }

  function parseUnary(): FilterTerm {
    if (isWord('NOT')) {
      next();
      return { kind: 'not', term: parseUnary() };
    }
    if (!isSign('(')) return parseComparison();
    next();
    const inner = parseOr();
    if (!isSign(')')) throw createError("Expected ')'.");
    next();
    return inner;
  }

  function parseComparison(): FilterTerm {
    const field = next();
    if (field.kind !== 'word' || !/^[A-Za-z][\w-]*(\.[\w-]+)*$/.test(field.text)) {
      throw createError(`Expected a field, found '${field.text}'.`);
    }
    const operator = next();
    const isRegexOperator = operator.kind === 'word' && (operator.text === 'eq' || operator.text === 'ne');
    if (!isRegexOperator && !(operator.kind === 'sign' && comparisonOperators.has(operator.text))) {
      throw createError(`Expected a comparison operator after '${field.text}'.`);
    }
    const value = next();
    if (value.kind !== 'word' && value.kind !== 'quoted') throw createError(`Expected a value after '${field.text}'.`);
    if (isRegexOperator && !isPattern(value.text)) throw createError(`'${value.text}' is not a regular expression.`);
    return { kind: 'compare', path: field.text.split('.'), operator: operator.text, value: value.text };
  }

  const tree = parseOr();
  if (peek().kind !== 'end') throw createError(`Unexpected '${peek().text}'.`);
  return tree;
}

const comparisonOperators = new Set(['=', '!=', ':', '<', '<=', '>', '>=']);

function tokenize(text: string, createError: (reason: string) => Error): readonly Token[] {
  const tokens: Token[] = [];
  let at = 0;
  while (at < text.length) {
    const rest = text.slice(at);
    const space = /^\s+/.exec(rest)?.[0];
    const sign = /^(!=|<=|>=|[()=:<>])/.exec(rest)?.[0];
    const quoted = /^(["'])((?:\\.|(?!\1).)*)\1/.exec(rest);
    // A pattern after `eq` may contain parentheses and operators; it ends at a space or at the term's closing
    // parenthesis.
    const isAfterRegexOperator = tokens.at(-1)?.kind === 'word' && /^(eq|ne)$/.test(tokens.at(-1)?.text ?? '');
    const word = isAfterRegexOperator ? readPattern(rest) : /^[^\s()=:<>!"']+/.exec(rest)?.[0];
    if (space !== undefined) at += space.length;
    else if (quoted !== null) {
      at += quoted[0].length;
      // A backslash is part of the pattern (`\b`), except before the quote.
      tokens.push({ kind: 'quoted', text: (quoted[2] ?? '').replaceAll(`\\${quoted[1]}`, quoted[1] ?? '') });
    } else if (isAfterRegexOperator && word) {
      at += word.length;
      tokens.push({ kind: 'quoted', text: word });
    } else if (sign !== undefined) {
      at += sign.length;
      tokens.push({ kind: 'sign', text: sign });
    } else if (word) {
      at += word.length;
      tokens.push({ kind: 'word', text: word });
    } else throw createError(`Unexpected '${rest[0]}'.`);
  }
  return [...tokens, { kind: 'end', text: '' }];
}

function readPattern(rest: string): string {
  let depth = 0;
  for (let at = 0; at < rest.length; at++) {
    const letter = rest[at] as string;
    if (/\s/.test(letter) || (letter === ')' && depth === 0)) return rest.slice(0, at);
    depth += letter === '(' ? 1 : letter === ')' ? -1 : 0;
  }
  return rest;
}

function isPattern(text: string): boolean {
  try {
    new RegExp(text);
    return true;
  } catch {
    return false;
  }
}
