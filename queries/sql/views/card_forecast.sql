-- view: card_forecast
-- grain: one card that will be issued unless news comes
-- columns:
--     state: ISSUED, FORECAST, UNCONFIRMED, SUPERSEDED, LAPSED, CANCELLED at the as-of
--     is_net: whether it counts as net (domain §3)
--     is_open: whether it stands and its case is not over
with final as (select * from card_all where is_official and issued_at > now())

select * from final
