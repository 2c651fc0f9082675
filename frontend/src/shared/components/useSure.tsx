/** Asks before what cannot be taken back: `if (!(await sure({ ... }))) return;`, with {question} somewhere on the screen. */
import { Button } from "@mantine/core";
import { useState } from "react";
import { useShared } from "../texts";
import { Sheet, SheetButtons } from "./Sheet";

interface Question {
  title: string;
  text: string;
  /** What the button does, in the words of the one that was pressed. */
  yes: string;
}

export function useSure() {
  const t = useShared();
  const [asked, setAsked] = useState<(Question & { answer: (yes: boolean) => void }) | null>(null);
  const sure = (question: Question) =>
    new Promise<boolean>((done) => {
      const answer = (yes: boolean) => {
        setAsked(null);
        done(yes);
      };
      setAsked({ ...question, answer });
    });
  const question = asked && (
    <Sheet title={asked.title} onClose={() => asked.answer(false)}>
      <p>{asked.text}</p>
      <SheetButtons>
        <Button variant="default" onClick={() => asked.answer(false)}>{t("cancel")}</Button>
        <Button color="red.8" onClick={() => asked.answer(true)}>{asked.yes}</Button>
      </SheetButtons>
    </Sheet>
  );
  return [sure, question] as const;
}
