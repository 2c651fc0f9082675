/** An amount: symbol inside, figures at the right, either notation accepted ("1.234,50", "1,234.50"); its value is the API's decimal, or "". */
import { TextInput, type TextInputProps } from "@mantine/core";
import { useEffect, useRef, useState } from "react";
import { editable, parseAmount, symbol } from "../money";
import { useShared } from "../texts";
import css from "./shared.module.css";

export interface MoneyInputProps extends Omit<TextInputProps, "value" | "defaultValue" | "onChange"> {
  currency: string;
  /** "1250.00", or "" for nothing. What cannot be understood is handed on as it was typed, with an error shown here. */
  value?: string;
  onChange?: (amount: string) => void;
}

export function MoneyInput({ currency, value = "", onChange, error, onBlur, ...rest }: MoneyInputProps) {
  const t = useShared();
  const [typed, setTyped] = useState(() => editable(value, currency));
  const sent = useRef(value);
  const [wrong, setWrong] = useState(false);

  useEffect(() => {
    if (value === sent.current) return;
    sent.current = value;
    setTyped(/^\d/.test(value) ? editable(value, currency) : value);
    setWrong(false);
  }, [value, currency]);

  function type(text: string) {
    setTyped(text);
    const amount = text.trim() === "" ? "" : parseAmount(text, currency);
    if (amount !== null) setWrong(false);
    sent.current = amount ?? text;
    onChange?.(sent.current);
  }

  return (
    <TextInput
      {...rest}
      value={typed}
      inputMode="decimal"
      autoComplete="off"
      error={error ?? (wrong && t("money.invalid", { example: editable("1250.50", currency) }))}
      leftSection={<span aria-hidden="true" className={css.symbol}>{symbol(currency)}</span>}
      leftSectionWidth={symbol(currency).length > 2 ? 52 : 36}
      classNames={{ input: css.figures }}
      onChange={(event) => type(event.currentTarget.value)}
      onBlur={(event) => {
        const amount = typed.trim() === "" ? "" : parseAmount(typed, currency);
        setWrong(amount === null);
        if (amount) setTyped(editable(amount, currency));
        onBlur?.(event);
      }}
    />
  );
}
