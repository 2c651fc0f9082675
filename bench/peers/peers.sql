-- What somebody who builds the market on PostGraphile would write beside the tables: computed columns and functions.
-- What stands in braces is filled in by `bench.peers.data`.

create function medium_name(number int) returns text language sql immutable as $$ select ({media})[number] $$;

create function medium_names(numbers int4multirange) returns text[] language sql immutable as
$$ select array_agg(medium_name(n) order by n) from unnest(numbers) r, generate_series(lower(r), upper(r) - 1) n $$;

create table place_names (territories int4multirange primary key, names text[] not null);

-- ------------------------------------------------------------------ a twin

create function twin_agency(twin twin) returns party language sql stable as
$$ select p.* from mandate m join party p on p.id = m.agency_id
    where m.model_id = twin.model_id and m.status = 'ACTIVE' and m.days @> (clock() at time zone 'UTC')::date
    order by m.id limit 1 $$;

create function party_mandate(party party) returns mandate language sql stable as
$$ select m.* from mandate m where m.model_id = party.id and m.status = 'ACTIVE' and m.days @> (clock() at time zone 'UTC')::date
    order by m.id limit 1 $$;

create type rate as (medium text, minor bigint);
create function twin_rates(twin twin) returns setof rate language sql stable as
$$ select medium_name(n::int), each from showing s, unnest(s.rates) with ordinality rates(each, n)
    where s.twin_id = twin.id and each is not null order by n $$;

comment on function twin_rates is '@behavior +resource:list -resource:connection';

create function twin_rate_card(twin twin) returns rate_card language sql stable as
$$ select c.* from rate_card c where c.twin_id = twin.id and c.version = twin.card_version $$;

create function twin_consent_policy(twin twin) returns consent_policy language sql stable as
$$ select c.* from consent_policy c where c.twin_id = twin.id and c.version = twin.policy_version $$;

create function consent_policy_media_names(consent_policy consent_policy) returns text[] language sql stable as
$$ select medium_names(consent_policy.media) $$;

-- the same rows and conditions as a search of ours; one medium, one tag, and the price in the currency's whole units
create function available_twins(medium int, place text, industry text, starts_on date, ends_on date,
                                exclusivity text, currency text, most_minor bigint, tag text)
returns setof twin language sql stable as $$
    select twin.* from tagged join twin on twin.id = tagged.twin_id
     where tagged.tag = available_twins.tag
       and coalesce(tagged.media & (1 << (available_twins.medium - 1)) <> 0
                    and tagged.forbidden & (1 << industry_number(available_twins.industry)::int) = 0
                    and tagged.maximum_days >= available_twins.ends_on - available_twins.starts_on + 1
                    and tagged.territories @> (case available_twins.place {territories} end), false)
       and tagged.currency = available_twins.currency::char(3)
       and coalesce(tagged.rates[available_twins.medium] is not null and greatest(div(2 * tagged.rates[available_twins.medium]::numeric
                                   * (case available_twins.place {weights} end)
                                   * (available_twins.ends_on - available_twins.starts_on + 1)
                                   * (case available_twins.exclusivity when 'NON_EXCLUSIVE' then 10000
                                      when 'INDUSTRY' then tagged.industry_exclusivity_e4
                                      else tagged.total_exclusivity_e4 end) + 3000000000, 6000000000),
                             tagged.floor_minor) <= available_twins.most_minor, false)
       and not exists (
           select 1 from licence
            where licence.twin_id = tagged.twin_id and licence.status in ('AWAITING_PAYMENT', 'ACTIVE', 'SUSPENDED')
              and licence.media && int4multirange(int4range(available_twins.medium, available_twins.medium + 1))
              and licence.territories && (case available_twins.place {territories} end)
              and licence.days && daterange(available_twins.starts_on, available_twins.ends_on, '[]')
              and (available_twins.exclusivity = 'TOTAL' or licence.exclusivity = 'TOTAL'
                   or licence.industry = available_twins.industry
                      and (available_twins.exclusivity = 'INDUSTRY' or licence.exclusivity = 'INDUSTRY')) offset 0)
$$;
comment on function available_twins is '@behavior +orderBy +order +resource:connection:orderBy';

-- ------------------------------------------------------------------ a listing

create function bid_increment(current bigint) returns bigint language sql immutable as
$$ select power * case when least <= power then 1 when least <= 2 * power then 2 when least <= 5 * power then 5 else 10 end
     from (select least, (10 ^ (length(least::text) - 1))::bigint as power from (select (current * 5 + 99) / 100 as least) a) b $$;

create function listing_status(listing listing) returns text language sql stable as
$$ select case when listing.outcome is not null then listing.outcome when listing.opens_at > clock() then 'SCHEDULED'
               when listing.closes_at > clock() then 'OPEN' else 'CLOSED' end $$;

create function listing_minimum_minor(listing listing) returns bigint language sql stable as
$$ select greatest(case when listing.format = 'SEALED' or listing.leading_bid_id is null then listing.starting_minor
                        else listing.current_minor + bid_increment(listing.current_minor) end,
                   (select c.floor_minor from twin t join rate_card c on c.twin_id = t.id and c.version = t.card_version
                     where t.id = listing.twin_id and c.currency = listing.currency)) $$;

create function listing_media_names(listing listing) returns text[] language sql stable as
$$ select medium_names(listing.media) $$;

create function listing_territory_names(listing listing) returns text[] language sql stable as
$$ select names from place_names where place_names.territories = listing.territories $$;

create function bid_leading(bid bid) returns boolean language sql stable as
$$ select listing.leading_bid_id is not distinct from bid.id from listing
    where listing.id = bid.listing_id and listing.format = 'OPEN' $$;

create function bid_standing(bid bid) returns text language sql stable as
$$ select case when bid.status in ('PENDING', 'COUNTERED') and bid.expires_at <= clock() then 'EXPIRED' else bid.status end $$;

-- ------------------------------------------------------------------ a bid

create type bid_placing as (
    bid_id bigint, amount_minor bigint, currency text, status text, created_at timestamptz,
    code text, message text, minimum_minor bigint
);

-- the rules of ours, and in one transaction; what ours writes besides (the activity that subscribers read) it does not write
create function place_bid(listing_id bigint, brand_id bigint, amount_minor bigint, currency text, intended_use text)
returns bid_placing language plpgsql volatile as $$
#variable_conflict use_variable
declare
    now timestamptz;
    t twin; l listing; own bid; first bid; second bid;
    minimum bigint; floor bigint; price bigint; before_price bigint; before_lead bigint; told bid_placing;
begin
    if length(trim(intended_use)) not between 10 and 2000 then
        return row(null, null, null, null, null, 'INVALID_INPUT', 'Say what it is for.', null)::bid_placing;
    end if;
    select twin.* into t from twin where twin.id = (select listing.twin_id from listing where listing.id = listing_id)
       for no key update;
    select listing.* into l from listing where listing.id = listing_id for no key update;
    now := clock();
    if l.id is null or t.status <> 'LISTED' then
        return row(null, null, null, null, null, 'NOT_FOUND', 'There is no such listing.', null)::bid_placing;
    elsif l.outcome is not null or l.opens_at > now or l.closes_at <= now then
        return row(null, null, null, null, null, 'WRONG_STATE', 'The listing is not open.', null)::bid_placing;
    elsif currency <> l.currency or amount_minor not between 50 and 99999999 then
        return row(null, null, null, null, null, 'INVALID_INPUT', 'The amount cannot be charged.', null)::bid_placing;
    elsif not exists (select from payer where payer.id = brand_id and payer.payment_method_id is not null
                       and (payer.payment_method_expires_on is null or payer.payment_method_expires_on >= l.closes_at::date)) then
        return row(null, null, null, null, null, 'NO_PAYMENT_METHOD', 'There is no payment method on file.', null)::bid_placing;
    elsif not exists (select from party where party.id = t.model_id and party.country = any ({payable})) then
        return row(null, null, null, null, null, 'COUNTRY_NOT_PAYABLE', 'The model cannot be paid.', null)::bid_placing;
    elsif not exists (select from consent_policy p where p.twin_id = t.id and p.version = t.policy_version
                       and p.media @> l.media and p.territories @> l.territories and l.industry <> all (p.forbidden_industries)
                       and p.maximum_days >= upper(l.days) - lower(l.days))
       or exists (select from licence where licence.twin_id = t.id and licence.status in ('AWAITING_PAYMENT', 'ACTIVE', 'SUSPENDED')
                     and licence.media && l.media and licence.territories && l.territories and licence.days && l.days
                     and (l.exclusivity = 'TOTAL' or licence.exclusivity = 'TOTAL' or licence.industry = l.industry
                          and (l.exclusivity = 'INDUSTRY' or licence.exclusivity = 'INDUSTRY'))) then
        return row(null, null, null, null, null, 'RIGHTS_UNAVAILABLE', 'These rights cannot be had.', null)::bid_placing;
    end if;
    select c.floor_minor into floor from rate_card c
     where c.twin_id = t.id and c.version = t.card_version and c.currency = l.currency;
    select bid.* into own from bid where bid.listing_id = l.id and bid.brand_id = place_bid.brand_id and bid.status = 'PENDING';
    before_lead := l.leading_bid_id; before_price := l.current_minor;
    minimum := case when before_lead is null then l.starting_minor
                    when before_lead = own.id then own.maximum_minor + 1
                    else before_price + bid_increment(before_price) end;
    minimum := greatest(minimum, floor);
    if amount_minor < minimum then
        return row(null, null, l.currency, null, null, 'BID_TOO_LOW', 'The bid must be at least ' || minimum, minimum)::bid_placing;
    end if;
    if own.id is null then
        insert into bid (media, territories, industry, days, exclusivity, twin_id, listing_id, brand_id, twin_version, currency,
                         amount_minor, maximum_minor, intended_use, status, created_at, placed_at)
        values (l.media, l.territories, l.industry, l.days, l.exclusivity, t.id, l.id, brand_id, t.version, l.currency,
                amount_minor, amount_minor, intended_use, 'PENDING', now, now)
        returning * into own;
        l.bid_count := l.bid_count + 1;
    else
        update bid set maximum_minor = place_bid.amount_minor, amount_minor = place_bid.amount_minor,
                       intended_use = place_bid.intended_use, placed_at = now
         where bid.id = own.id returning * into own;
    end if;
    select bid.* into first from bid where bid.listing_id = l.id and bid.status = 'PENDING' and bid.maximum_minor >= l.starting_minor
     order by bid.maximum_minor desc, bid.placed_at, bid.id limit 1;
    select bid.* into second from bid where bid.listing_id = l.id and bid.status = 'PENDING' and bid.maximum_minor >= l.starting_minor
       and bid.id <> first.id order by bid.maximum_minor desc, bid.placed_at, bid.id limit 1;
    price := l.starting_minor;
    if second.id is not null then
        price := greatest(price, second.maximum_minor + bid_increment(second.maximum_minor));
    end if;
    if before_lead = first.id and (second.id is null or second.maximum_minor <= before_price) then
        price := least(price, before_price);
    end if;
    l.reserve_met := l.reserve_minor is null or first.maximum_minor >= l.reserve_minor;
    if l.reserve_minor is not null and l.reserve_met then
        price := greatest(price, l.reserve_minor);
    end if;
    price := least(price, first.maximum_minor);
    if before_lead is distinct from first.id then
        update bid set amount_minor = bid.maximum_minor where bid.id = before_lead;
    end if;
    update bid set amount_minor = price where bid.id = first.id and bid.amount_minor <> price;
    if own.id = first.id then
        own.amount_minor := price;
    end if;
    update listing set leading_bid_id = first.id, current_minor = price, reserve_met = l.reserve_met, bid_count = l.bid_count,
           closes_at = greatest(l.closes_at, now + make_interval(secs => l.soft_close_seconds))
     where listing.id = l.id;
    return row(own.id, own.amount_minor, l.currency, own.status, own.created_at, null, null, null)::bid_placing;
end $$;
