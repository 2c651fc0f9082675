/** Intl's makers are slow, and asked for the same thing by every row: each answer is kept, by what was asked. */
export function remembered<Asked extends string[], Answer>(make: (...asked: Asked) => Answer): (...asked: Asked) => Answer {
  const known = new Map<string, Answer>();
  return (...asked) => {
    const key = asked.join("\n");
    let answer = known.get(key);
    if (answer === undefined) known.set(key, (answer = make(...asked)));
    return answer;
  };
}
