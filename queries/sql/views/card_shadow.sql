-- view: card_shadow
-- grain: one card of a policy that is not official, issued by the session's as-of
-- columns:
--     state: ISSUED, FORECAST, UNCONFIRMED, SUPERSEDED, LAPSED, CANCELLED at the as-of
--     is_net: whether it counts as net (domain §3)
--     is_open: whether it stands and its case is not over
-- note: for comparison; in no metric (domain §3)
with final as (select * from card_all where not is_official and issued_at <= now())

select * from final
