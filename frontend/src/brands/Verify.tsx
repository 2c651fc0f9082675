/** For anyone: what a licence's certificate is worth today. It may come in the address's fragment, which no server sees. */
import { Button, Text, Textarea } from "@mantine/core";
import { useCallback, useEffect, useState, type DragEvent } from "react";
import { Link } from "react-router";
import { useClient } from "urql";
import { graphql } from "../gql";
import type { VerifyLicenceQuery } from "../gql/graphql";
import { LanguageChoice } from "../shared/components/AccountMenu";
import { Failed } from "../shared/components/Feedback";
import { Icon } from "../shared/components/Icon";
import { StatusBadge } from "../shared/components/StatusBadge";
import { RightsSummary } from "../shared/components/RightsSummary";
import { Wordmark } from "../shared/components/Wordmark";
import { useBrands } from "./texts";
import css from "./brands.module.css";

const VerifyLicenceDocument = graphql(`
  query VerifyLicence($certificate: String!) {
    verifyLicence(certificate: $certificate) {
      valid
      reason
      number
      twinName
      brandName
      status
      rights { media territories industry startsOn endsOn exclusivity }
    }
  }
`);

type Answer = VerifyLicenceQuery["verifyLicence"];
const LONGEST = 20_000;

/** A certificate as it was pasted or kept in a file, without what mail programs put around it. */
const clean = (text: string) => text.replace(/[\s"'<>]/g, "").slice(0, LONGEST);

export function Verify() {
  const t = useBrands();
  const client = useClient();
  const [typed, setTyped] = useState(() => clean(decodeURIComponent(location.hash.slice(1))));
  const [answer, setAnswer] = useState<Answer | null>(null);
  const [failed, setFailed] = useState<string | null>(null);
  const [asking, setAsking] = useState(false);
  const [over, setOver] = useState(false);

  const ask = useCallback(
    async (text: string) => {
      const certificate = clean(text);
      if (!certificate) return;
      setAsking(true);
      setAnswer(null);
      setFailed(null);
      const { data, error } = await client.query(VerifyLicenceDocument, { certificate }, { requestPolicy: "network-only" }).toPromise();
      setAsking(false);
      if (data) setAnswer(data.verifyLicence);
      else setFailed(error?.graphQLErrors[0]?.message ?? t("verify.noAnswer"));
    },
    [client, t],
  );

  useEffect(() => {
    document.title = `${t("verify.title")} · Twinmarket`;
    const arrive = () => {
      const given = clean(decodeURIComponent(location.hash.slice(1)));
      if (!given) return;
      setTyped(given);
      void ask(given);
    };
    arrive();
    addEventListener("hashchange", arrive);
    return () => removeEventListener("hashchange", arrive);
  }, [ask, t]);

  async function take(file: File | undefined) {
    if (!file) return;
    const text = clean(await file.slice(0, LONGEST).text());
    setTyped(text);
    void ask(text);
  }
  function drop(event: DragEvent) {
    event.preventDefault();
    setOver(false);
    const [file] = event.dataTransfer.files;
    if (file) return void take(file);
    const text = event.dataTransfer.getData("text");
    setTyped(clean(text));
    void ask(text);
  }

  return (
    <div className={css.verify}>
      <header><Link to="/" aria-label={t("verify.home")}><Wordmark /></Link></header>
      <main>
        <h1>{t("verify.title")}</h1>
        <Text c="dimmed">{t("verify.lead")}</Text>
        <form className={css.form} data-over={over || undefined} onDragOver={(event) => { event.preventDefault(); setOver(true); }} onDragLeave={() => setOver(false)} onDrop={drop}
          onSubmit={(event) => { event.preventDefault(); void ask(typed); }}>
          <Textarea label={t("verify.certificate")} description={t("verify.certificate.hint")} rows={5} value={typed} spellCheck={false} autoCapitalize="off" onChange={(event) => { setTyped(event.currentTarget.value); setAnswer(null); }} />
          <div className={css.buttons}>
            <label className={css.pick}>{t("verify.file")}<input type="file" accept=".jws,.txt,.jwt,text/plain,application/jose" onChange={(event) => void take(event.currentTarget.files?.[0])} /></label>
            <Button type="submit" loading={asking} disabled={!clean(typed)}>{t("verify.check")}</Button>
          </div>
        </form>
        <div aria-live="polite">
          {failed && <Failed error={failed} retry={() => void ask(typed)} />}
          {answer && <Told answer={answer} />}
        </div>
        <Text size="sm" c="dimmed">{t("verify.private")}</Text>
        <LanguageChoice />
      </main>
    </div>
  );
}

function Told({ answer }: { answer: Answer }) {
  const t = useBrands();
  return (
    <section className={css.told} data-valid={answer.valid} aria-label={t("verify.answer")}>
      <h2><Icon name={answer.valid ? "check" : "warning"} size={28} />{t(answer.valid ? "verify.valid" : answer.number ? "verify.notNow" : "verify.invalid")}</h2>
      <p>{answer.reason}</p>
      {answer.number && (
        <>
          <dl className={css.facts}>
            <div><dt>{t("verify.number")}</dt><dd>{answer.number}</dd></div>
            {answer.brandName && <div><dt>{t("verify.brand")}</dt><dd>{answer.brandName}</dd></div>}
            {answer.twinName && <div><dt>{t("verify.twin")}</dt><dd>{answer.twinName}</dd></div>}
            {answer.status && <div><dt>{t("verify.status")}</dt><dd><StatusBadge of="licence" is={answer.status} /></dd></div>}
          </dl>
          {answer.rights && <RightsSummary rights={answer.rights} />}
        </>
      )}
    </section>
  );
}
